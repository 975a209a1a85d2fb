"""The platform's account at Meta: sender numbers, message templates, client and webhook."""
