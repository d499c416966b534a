"""The scopes of the operations on listings."""

READ = [["listings:read"]]
WRITE = [["listings:write"]]
