"""Files installed with the package; read through `sinch_cache_gui.resource_files`."""
