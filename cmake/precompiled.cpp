// The one source of targets that exist for their precompiled headers.
