"""The program under test, seen from outside: its process, its accounts, its wire, its apps."""
