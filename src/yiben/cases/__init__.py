"""Cases and their steps (督办件): opened, answered, reviewed, closed or reopened."""
