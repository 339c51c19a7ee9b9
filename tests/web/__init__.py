"""Tests of the page, its server and what it promises."""
