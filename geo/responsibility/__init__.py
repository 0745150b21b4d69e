"""Who is responsible and by when: rules as data, and deadlines in working time."""
