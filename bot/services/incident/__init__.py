"""Nödstopp: content may have gone astray. Nothing more of it leaves until somebody lifts the stop."""
