"""Tests of the registrar: pure logic, no sockets, the time passed in."""
