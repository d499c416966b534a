"""The kinds of jobs that one room enqueues and another room handles or observes."""

SYNC_ACCOUNT = "sync_account"  # arguments: account_id, recent_sync_threshold_minutes
REFRESH_LISTING = "refresh_listing"  # arguments: listing_id
PUSH_LISTING = "push_listing"  # arguments: listing_id
CONNECT_ACCOUNT = "connect_account"  # comp sets of an account's new listings; arguments: account_id
CONNECT_MARKET = "connect_market"  # comp sets of the listings near a public market; arguments: market_id
