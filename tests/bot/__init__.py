"""Tests of the bot, part by part."""
