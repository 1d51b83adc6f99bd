"""Tests of people in and out: long files, hostile files, round trips."""
