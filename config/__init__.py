"""The glue of the project: settings, servers, tasks, URLs. No domain code lives here."""
