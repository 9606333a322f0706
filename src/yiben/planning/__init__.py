"""Plans that hold: working days, approval networks, nodes scheduled backwards (倒排工期).

The room knows no database: it takes frozen values and columns, and gives the same back.
"""
