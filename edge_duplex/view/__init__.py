"""What a person sees of a conversation: live, as plain lines, as a picture, as a table. Views of the event log."""
