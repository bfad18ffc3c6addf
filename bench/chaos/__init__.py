"""Thousands of texts and answers while everything fails, and then three ledgers held against each other."""
