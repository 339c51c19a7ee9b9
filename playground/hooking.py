"""The methods that set, end and describe a webhook."""

import re
from urllib.parse import urlsplit

from playground.limits import HOOK_CONNECTIONS, MOST_HOOK_CONNECTIONS
from playground.state import World
from playground.table import Table
from playground.updates import Hook
from playground.wire import JSON, bad_request

METHODS = Table()
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
HERE = {"127.0.0.1", "::1", "localhost"}


@METHODS.plays("setWebhook")
async def set_webhook(world: World, params: JSON) -> bool:
    """Set the webhook, on this machine alone, or end it with an empty address; what waits is brought at once."""
    url, secret = params["url"], params.get("secret_token", "")
    if not url:
        drop(world, params)
        world.updates.set_webhook("")
        return True
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in HERE:
        raise bad_request("bad webhook: the playground brings updates to http:// on this machine alone")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(1, params.get("max_connections", HOOK_CONNECTIONS)), MOST_HOOK_CONNECTIONS)
    drop(world, params)
    world.updates.allow(params.get("allowed_updates"))
    world.updates.set_webhook(url, Hook(url, secret, connections))
    return True


@METHODS.plays("deleteWebhook")
async def delete_webhook(world: World, params: JSON) -> bool:
    """Remove the webhook, if there is one; drop pending updates if asked to."""
    drop(world, params)
    world.updates.set_webhook("")
    return True


@METHODS.plays("getWebhookInfo", "WebhookInfo")
async def get_webhook_info(world: World, params: JSON) -> JSON:
    """Return the webhook's address, how many updates wait, and the last fault."""
    updates = world.updates
    info: JSON = {"url": updates.webhook, "has_custom_certificate": False, "pending_update_count": len(updates.waiting)}
    if updates.hook is not None:
        info["max_connections"] = updates.hook.max_connections
    if updates.webhook and updates.allowed:
        info["allowed_updates"] = updates.allowed
    if updates.error is not None:
        info |= {"last_error_date": updates.error.date, "last_error_message": updates.error.message}
    return info


def drop(world: World, params: JSON) -> None:
    """Drop pending updates if asked to."""
    if params.get("drop_pending_updates"):
        world.updates.waiting.clear()
