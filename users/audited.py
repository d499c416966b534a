"""How users and accounts appear in the audit trail."""

from audit.services import Resource
from users.models import Account, User

# The columns that are shown when an account is connected.
ACCOUNT_COLUMNS = ("channel", "channel_account_id", "channel_display_id", "label", "email", "valid")


def audited_user(user: User) -> Resource:
    return Resource("users", user.pk, user.application_id, user.pk)


def audited_account(account: Account) -> Resource:
    return Resource("accounts", account.pk, account.user.application_id, account.user_id)
