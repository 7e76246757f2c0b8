"""The subcommands of `headgate tariff`, a module or so for each; cli/commands/tariff.py registers them."""
