"""The database: tables, repositories, transactions, migrations. Knows bot.ports and bot.domain, nothing above."""
