"""An appliance at rest: its configuration, its schedule, what a run would do, and how it stands."""
