"""How updates come in: written down before Telegram hears that they arrived, few of each chat in memory, in order.

Read `polling` first (what Telegram sends is tried and written down), then `inbox` (the table) and `inbox_queue` (what
of it is in memory), then `lanes` (who goes first) with `albums` (what is taken in together). `at_work` knows what the
process died of, `reports` tells who runs the bot of what was set aside, `group_migration` moves a group to its new id.
"""
