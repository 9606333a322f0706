"""Energy and carbon of a project and its effect on the place (能碳评价), and the checks of promises.

Pure functions over frozen values and the rulebook; every verdict lists each factor it used, with
its day and source. Nothing here knows a database.
"""
