"""`headgate user`: who may sign in for which customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.enroll_user import UserDesk, email_of
from cli.cloud.session import LOCAL, use_stack
from cli.desk import account_named, actor
from cli.output import JsonOption, out, print_json
from cli.sign_in import sign_in

app = typer.Typer(help="Who may sign in for which customer.", no_args_is_help=True)

AccountOption = Annotated[
    str, typer.Option("--account", metavar="ACCOUNT", help="The utility's account number, or Headgate's id.")
]


class PasswordOnCommandLine(Refusal):
    """A password was typed where others can read it, for a stage where it would matter."""


def desk() -> UserDesk:
    """Where users are tied to customers."""
    return UserDesk(
        registry=bootstrap.registry_store(),
        pool=bootstrap.customer_pool(),
        actor=actor(),
        now=datetime.now(UTC),
    )


@app.command()
def add(
    account: AccountOption,
    email: Annotated[str, typer.Option("--email", help="Where they sign in, and are invited.")],
    password: Annotated[
        str | None,
        typer.Option("--password", help="Local stage only: let them sign in at once, and invite nobody."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Let somebody sign in for the customer of an account, and see all accounts of theirs."""
    names = use_stack()
    if password is not None and not names.is_local:
        raise PasswordOnCommandLine(
            f"--password is for the {LOCAL} stage: leave it out, and Cognito invites them to choose their own"
        )
    account_id = account_named(account)
    enrolled = desk().enroll(account_id=account_id, email=email, password=password)
    if as_json:
        print_json({"user": enrolled.user, "already": enrolled.already, "invited": enrolled.invited})
        return
    if enrolled.invited:
        out.print(f"Invited ([bold]{enrolled.user.user_id}[/]).")
        out.print("The message holds a password that works once; they choose their own when they sign in.")
        return
    word = "already" if enrolled.already else "now"
    out.print(
        f"They may sign in {word} ([bold]{enrolled.user.user_id}[/]). Try it, and the API (docs/api.md):"
    )
    out.print(f"  headgate user token {email_of(email)}", soft_wrap=True)


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="Who signs in.")],
    password: Annotated[
        str, typer.Option("--password", prompt=True, hide_input=True, help="Asked for when left out.")
    ],
) -> None:
    """Sign in as a customer and print the ID token, to try the API with. It ends after 15 minutes."""
    names = use_stack()
    tokens = sign_in(
        bootstrap.aws_client("cognito-idp"),
        pool_id=names.customer_pool_id,
        client_id=names.customer_client_id,
        email=email_of(email),
        password=password,
    )
    print(tokens["IdToken"])  # noqa: T201 - one word for `$(…)`, not to be wrapped


@app.command("list")
def list_users(account: AccountOption, as_json: JsonOption = False) -> None:
    """List who may sign in for the customer of an account."""
    use_stack()
    registry, pool = bootstrap.registry_store(), bootstrap.customer_pool()
    person_id = registry.account(account_named(account)).account.person_id
    users = registry.users_of_person(person_id)
    emails = {user.user_id: found.email for user in users if (found := pool.find(user.user_id))}
    if as_json:
        print_json([{"user": user, "email": emails.get(user.user_id)} for user in users])
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("User", "E-mail", "Since", "By"):
        table.add_column(title)
    for user in users:
        email = emails.get(user.user_id, "(not in the pool any more)")
        table.add_row(user.user_id, email, f"{user.created_at:%Y-%m-%d}", user.created_by)
    out.print(table)


@app.command()
def remove(
    user: Annotated[
        str, typer.Argument(help="The e-mail address, or the id that `headgate user list` shows.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Take a sign-in away. What they hold open stops answering at once."""
    use_stack()
    removed = desk().remove(user)
    if as_json:
        print_json({"user": removed})
    elif removed is None:
        out.print("Removed. They were tied to no customer.")
    else:
        out.print(f"Removed. {removed.user_id} reaches nothing any more.")
