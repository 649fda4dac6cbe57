"""Tests of the Loket sandbox: does it behave as Loket is described to?"""
