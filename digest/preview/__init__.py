"""One page that shows an editor a mail before it goes: inbox, phone, desktop, dark, text, size."""
