"""The rota before it is published: templates, slots, who may take them, what is fair, and what could not be met."""
