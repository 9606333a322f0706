"""Scarce quotas to projects in policy order (要素跟着项目走): pools and claims → grants with reasons.

Also the law of accounts (收支): two-sided moves that never overdraw. Pure functions over frozen
values; nothing here knows a database.
"""
