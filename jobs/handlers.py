"""Which function does which kind of job, by dotted name, so that this room imports none of the others."""

# A handler takes the running job (jobs.running.RunningJob); it may be run again after a crash at any line.
HANDLERS = {
    "sync_account": "sync.syncing.sync_account",
    "refresh_listing": "sync.syncing.refresh_listing",
    "push_listing": "sync.pushing.push_listing",
    "sync_stale_accounts": "sync.stale.sync_stale_accounts",
    "refresh_markets": "listings.services.markets.refresh_markets",
    "push_enabled_listings": "listings.services.pushing.push_enabled_listings",
    "write_recommendations": "listings.services.recommendations.write_recommendations",
    "compact_tallies": "listings.tallies.compact_tallies",
    "prune_jobs": "jobs.periodic.prune_jobs",
    "purge_expired_tokens": "oauth.services.purge_expired_tokens_by_the_clock",
}
