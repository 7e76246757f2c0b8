"""What services, reads and events are called."""

from __future__ import annotations

from chalicelib.domain.customers.person import Address
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.rendering.words import message

SERVICES = {
    ServiceType.WATER: message("Water"),
    ServiceType.SEWER: message("Sewer"),
    ServiceType.STORMWATER: message("Stormwater"),
    ServiceType.TRASH: message("Trash"),
    ServiceType.IRRIGATION: message("Irrigation"),
    ServiceType.FIRE: message("Fire protection"),
    ServiceType.HYDRANT: message("Hydrant"),
}
QUALITIES = {
    ReadQuality.ACTUAL: "",
    ReadQuality.CUSTOMER: message("read by you"),
    ReadQuality.ESTIMATED: message("estimated"),
}
EVENTS = {
    "rollover": message("Meter {meter} passed its highest number and started again from zero."),
    "installed": message("Meter {meter} was installed on {start}."),
    "removed": message("Meter {meter} was removed on {end}."),
    "face_changed": message("The dials of meter {meter} were changed on {end}."),
    "exchange": message("Meter {meter} was exchanged."),
}


def postal_lines(address: Address, *, home_country: str) -> list[str]:
    """An address as it is written on an envelope: the place in one line, a foreign country in the last."""
    if address.country == "US":
        place = f"{address.city}, {address.region} {address.postal_code}"
    else:
        place = " ".join(filter(None, (address.postal_code, address.city, address.region)))
    lines = [*address.lines, place.strip(", ")]
    if address.country != home_country:
        lines.append(address.country)
    return lines


def one_line(address: Address) -> str:
    """A service address: street and city."""
    return ", ".join(filter(None, (*address.lines, address.city)))
