"""The scopes that the operations of this room ask for."""

READ = [["listings:read"]]
WRITE = [["listings:write"]]
