"""Units, officers and roles: who may do what on which rows (单位、人员与权限)."""
