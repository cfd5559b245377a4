"""What a run of the suite found: the report, and the forms it is shown in."""
