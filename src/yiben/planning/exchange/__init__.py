"""What comes in and goes out: plan files of other programs, read and written (计划交换)."""
