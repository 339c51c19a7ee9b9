"""Updates: store each before Telegram hears that it arrived, hold few of each chat in memory, handle them in order.

Read `polling` or `webhook` first (how they come), and `sift` (parse and store), then `inbox` (the table) and
`inbox_queue` (the part of it in memory), then `lanes` (the order) with `utterances` (updates that are handled
together). `at_work` records which update the process died of, `reports` tells the owner and admins of updates set
aside, `group_migration` moves a group to its new id.
"""
