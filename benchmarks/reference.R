# Rates one frame with the reference interpreter, from the sources in the folder given first; CPU seconds a round.
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages({
  library(dplyr)
  library(yaml)
})
for (file in list.files(file.path(arguments[1], "R"), pattern = "[.]R$", full.names = TRUE)) {
  if (basename(file) != "data.R") source(file)
}
rates <- read_owrs_file(arguments[2])
rows <- as.integer(arguments[3])
set.seed(1)
frame <- data.frame(
  cust_class = "RESIDENTIAL_SINGLE",
  meter_size = sample(c("small", "middle", "large"), rows, replace = TRUE),
  usage_ccf = runif(rows, 15, 53),
  stringsAsFactors = FALSE
)
for (round in seq_len(as.integer(arguments[4]))) {
  gc(FALSE)
  before <- proc.time()
  bills <- suppressWarnings(calculate_bill(frame, rates))
  spent <- proc.time() - before
  stopifnot(nrow(bills) == rows, all(is.finite(bills$bill)))
  cat(sum(spent[c("user.self", "sys.self")]), "\n")
}
