"""What a list can show of a ticket besides its reference and subject."""

COLUMNS = {
    "requester": "Requester",
    "system": "System",
    "council": "Council",
    "queue": "Queue",
    "type": "Type",
    "channel": "Channel",
    "priority": "Priority",
    "status": "Status",
    "assignee": "Agent",
    "opened": "Opened",
    "updated": "Last touched",
    "due": "Due",
}
USUAL = ("requester", "system", "council", "priority", "status", "assignee", "due")
