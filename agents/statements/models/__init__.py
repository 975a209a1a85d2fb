"""Statements."""

from agents.statements.models.statement import Statement

__all__ = ["Statement"]
