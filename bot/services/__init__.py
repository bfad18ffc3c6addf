"""Use cases, named by the verb. The domain decides; a service orders the steps in one transaction."""
