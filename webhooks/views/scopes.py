"""The scopes of the operations on events and webhooks, and their tag."""

READ = [["webhooks:read"]]
WRITE = [["webhooks:write"]]
TAG = "Webhooks"
