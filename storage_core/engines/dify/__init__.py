"""Dify's plugin storage as a database: the files of its plugin daemon."""
