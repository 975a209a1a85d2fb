"""Statements on paper: the document in HTML, and the press that makes PDF of many."""
