"""The whole bill as a template sees it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.utility.profile import LocalText
from chalicelib.rendering.colors import palette
from chalicelib.rendering.logo import clean_logo
from chalicelib.rendering.presentation import balance, changes, charges, usage
from chalicelib.rendering.presentation.names import one_line, postal_lines
from chalicelib.rendering.stub_code import stub_code
from chalicelib.rendering.usage_chart import Ink
from chalicelib.rendering.words import Words

_PAGE, _PAGES = "\x01", "\x02"
_ADDRESSES_SHOWN, _LONG_ADDRESS = 2, 70
_LINES_IN_WINDOW, _LETTERS_A_LINE = 5, 42


def present(document: BillDocument, words: Words, *, plain: Words, ink: Ink) -> dict[str, Any]:
    """Everything that is printed, as text, lists and flags. `plain` is `words` without markup."""
    bill = document.bill
    return {
        "lang": words.language,
        "dir": words.direction,
        "title": plain.say(
            "Bill of {day} from {utility}", day=plain.long_day(bill.bill_date), utility=document.issuer.name
        ),
        "bill": {
            "number": words.isolate(bill.number),
            "day": words.long_day(bill.bill_date),
            "short_day": words.day(bill.bill_date),
        },
        "issuer": _issuer(document, words),
        "recipient": _recipient(document, words),
        "account": _account(document, words),
        "due": balance.due(document, words),
        "notices": balance.notices(document, words),
        "summary": balance.summary(document, words),
        "activity": balance.activity(document, words),
        "usage": usage.histories(document, words, plain=plain, ink=ink),
        "changes": changes.changes(document, words),
        "reads": charges.reads(document, words),
        "events": charges.events(document, words),
        "services": charges.services(document, words),
        "sources": charges.sources(document, words),
        "new_charges": words.money(document.balance.new_charges_minor, bill.currency),
        "messages": [
            {"title": _local(each.title, document, words), "text": _local(each.text, document, words)}
            for each in document.messages
        ],
        "payment": _payment(document, words, plain),
        "contacts": _contacts(document, words),
        "page_words": _page_words(plain),
    }


def _issuer(document: BillDocument, words: Words) -> dict[str, Any]:
    issuer = document.issuer
    return {
        "name": issuer.name,
        "logo": clean_logo(issuer.brand.logo_svg, title=issuer.name),
        "lines": _postal(issuer.contacts.office, document, words),
        "palette": asdict(palette(issuer.brand.color)),
    }


def _recipient(document: BillDocument, words: Words) -> dict[str, Any]:
    name, lines = document.recipient.name, _postal(document.recipient.mailing_address, document, words)
    high = sum(-(-len(line) // _LETTERS_A_LINE) for line in (name, *lines))
    return {"name": words.name(name), "lines": lines, "long": high > _LINES_IN_WINDOW}


def _postal(address: Address, document: BillDocument, words: Words) -> list[str]:
    home = document.issuer.contacts.office.country
    return [words.name(line) for line in postal_lines(address, home_country=home)]


def _account(document: BillDocument, words: Words) -> dict[str, Any]:
    addresses = [words.name(one_line(address)) for address in document.account.service_addresses]
    more = len(addresses) - _ADDRESSES_SHOWN
    if more > 0:
        addresses = addresses[:1]
        addresses.append(words.count("and {count} other", "and {count} others", more + 1))
    return {
        "number": words.isolate(document.account.number),
        "addresses": addresses,
        "long": any(len(address) > _LONG_ADDRESS for address in addresses),
    }


def _payment(document: BillDocument, words: Words, plain: Words) -> dict[str, Any]:
    payment = document.payment
    return {
        "amount": words.money(payment.amount_minor, document.bill.currency),
        "payable_to": words.name(payment.payable_to),
        "lines": _postal(payment.address, document, words),
        "scanline": payment.scanline,
        "link": payment.link,
        "code": stub_code(payment.link, title=plain.say("Code that leads to the page where you can pay")),
        "options": [
            {"title": _local(each.title, document, words), "text": _local(each.text, document, words)}
            for each in payment.options
        ],
    }


def _contacts(document: BillDocument, words: Words) -> dict[str, Any]:
    contacts = document.issuer.contacts
    office = ", ".join(postal_lines(contacts.office, home_country=contacts.office.country))
    phone = words.isolate(contacts.phone)
    lines = [words.say("Phone: {phone}", phone=phone)]
    if contacts.hours:
        lines.append(words.choose(contacts.hours, document.issuer.languages).text)
    lines += [
        words.say("Email: {address}", address=words.isolate(contacts.email)),
        words.say("Website: {address}", address=words.isolate(contacts.website)),
        words.say("Office: {address}", address=words.name(office)),
    ]
    emergency = words.isolate(contacts.emergency_phone)
    return {
        "lines": lines,
        "emergency": words.say("Water emergency, day and night: {phone}", phone=emergency)
        if contacts.emergency_phone
        else "",
    }


def _local(text: LocalText, document: BillDocument, words: Words) -> dict[str, str]:
    return words.choose(text, document.issuer.languages)._asdict()


def _page_words(plain: Words) -> dict[str, str]:
    """What stands before, between and after the two numbers of "Page 1 of 2"."""
    sentence = plain.say("Page {page} of {pages}", page=_PAGE, pages=_PAGES)
    before, _, rest = sentence.partition(_PAGE)
    between, _, after = rest.partition(_PAGES)
    return {"before": before, "between": between, "after": after}
