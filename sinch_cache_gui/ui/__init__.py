"""The window: widgets, item models, delegates and actions."""
