#!/bin/sh
# Generated from deploy/rights.ts by `npm run generate`.
# Usage: KAFKA_BROKERS=host:9093 sh acls.sh admin.properties
set -eu
allow() {
  principal=$1
  shift
  kafka-acls.sh --bootstrap-server "$KAFKA_BROKERS" --command-config "$CONFIG" --add --allow-principal "User:$principal" "$@"
}
CONFIG=$1

# register
allow register --topic chat.conversations --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic commerce.orders --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic commerce.subscriptions --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic commerce.stock --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic content.articles --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ops.incidents --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ops.deployments --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ops.maintenance --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic people.preferences --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic people.customers --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic support.tickets --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic chat.messages --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic flows.timeouts --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic actions.runs --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ingest.quarantine --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ingest.skipped --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ingest.quarantine.ledger --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ingest.skipped.ledger --resource-pattern-type literal --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic crm-sync.retry. --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic crm-sync.dlq --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ticketing.retry. --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic ticketing.dlq --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic kb-indexer.retry. --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic kb-indexer.dlq --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic notifier.retry. --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic notifier.dlq --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic flows.retry. --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs
allow register --topic flows.dlq --resource-pattern-type prefixed --operation Create --operation Describe --operation DescribeConfigs --operation AlterConfigs

# ingest
allow ingest --topic chat.conversations --resource-pattern-type literal --operation Write
allow ingest --topic commerce.orders --resource-pattern-type literal --operation Write
allow ingest --topic commerce.subscriptions --resource-pattern-type literal --operation Write
allow ingest --topic commerce.stock --resource-pattern-type literal --operation Write
allow ingest --topic content.articles --resource-pattern-type literal --operation Write
allow ingest --topic ops.incidents --resource-pattern-type literal --operation Write
allow ingest --topic ops.deployments --resource-pattern-type literal --operation Write
allow ingest --topic ops.maintenance --resource-pattern-type literal --operation Write
allow ingest --topic people.preferences --resource-pattern-type literal --operation Write
allow ingest --topic people.customers --resource-pattern-type literal --operation Write
allow ingest --topic support.tickets --resource-pattern-type literal --operation Write
allow ingest --topic ingest.quarantine --resource-pattern-type literal --operation Write
allow ingest --topic ingest.skipped --resource-pattern-type literal --operation Write

# crm-sync
allow crm-sync --topic chat.conversations --resource-pattern-type literal --operation Read
allow crm-sync --topic support.tickets --resource-pattern-type literal --operation Read
allow crm-sync --topic crm-sync.retry. --resource-pattern-type prefixed --operation Read --operation Write
allow crm-sync --topic crm-sync.dlq --resource-pattern-type literal --operation Write
allow crm-sync --group crm-sync --resource-pattern-type literal --operation Read

# ticketing
allow ticketing --topic chat.conversations --resource-pattern-type literal --operation Read --operation Write
allow ticketing --topic support.tickets --resource-pattern-type literal --operation Read --operation Write
allow ticketing --topic chat.messages --resource-pattern-type literal --operation Write
allow ticketing --topic ticketing.retry. --resource-pattern-type prefixed --operation Read --operation Write
allow ticketing --topic ticketing.dlq --resource-pattern-type literal --operation Write
allow ticketing --group ticketing --resource-pattern-type literal --operation Read

# kb-indexer
allow kb-indexer --topic content.articles --resource-pattern-type literal --operation Read
allow kb-indexer --topic kb-indexer.retry. --resource-pattern-type prefixed --operation Read --operation Write
allow kb-indexer --topic kb-indexer.dlq --resource-pattern-type literal --operation Write
allow kb-indexer --group kb-indexer --resource-pattern-type literal --operation Read

# notifier
allow notifier --topic commerce.orders --resource-pattern-type literal --operation Read
allow notifier --topic commerce.subscriptions --resource-pattern-type literal --operation Read
allow notifier --topic commerce.stock --resource-pattern-type literal --operation Read
allow notifier --topic ops.incidents --resource-pattern-type literal --operation Read
allow notifier --topic ops.maintenance --resource-pattern-type literal --operation Read
allow notifier --topic ops.deployments --resource-pattern-type literal --operation Read
allow notifier --topic chat.conversations --resource-pattern-type literal --operation Read
allow notifier --topic support.tickets --resource-pattern-type literal --operation Read
allow notifier --topic people.preferences --resource-pattern-type literal --operation Read
allow notifier --topic people.customers --resource-pattern-type literal --operation Read
allow notifier --topic chat.messages --resource-pattern-type literal --operation Read
allow notifier --topic notifier.retry. --resource-pattern-type prefixed --operation Read --operation Write
allow notifier --topic notifier.dlq --resource-pattern-type literal --operation Write
allow notifier --group notifier --resource-pattern-type literal --operation Read

# flows
allow flows --topic chat.conversations --resource-pattern-type literal --operation Read --operation Write
allow flows --topic commerce.orders --resource-pattern-type literal --operation Read --operation Write
allow flows --topic commerce.subscriptions --resource-pattern-type literal --operation Read --operation Write
allow flows --topic commerce.stock --resource-pattern-type literal --operation Read --operation Write
allow flows --topic content.articles --resource-pattern-type literal --operation Read --operation Write
allow flows --topic ops.incidents --resource-pattern-type literal --operation Read --operation Write
allow flows --topic ops.deployments --resource-pattern-type literal --operation Read --operation Write
allow flows --topic ops.maintenance --resource-pattern-type literal --operation Read --operation Write
allow flows --topic people.preferences --resource-pattern-type literal --operation Read --operation Write
allow flows --topic people.customers --resource-pattern-type literal --operation Read --operation Write
allow flows --topic support.tickets --resource-pattern-type literal --operation Read --operation Write
allow flows --topic flows.timeouts --resource-pattern-type literal --operation Read --operation Write
allow flows --topic chat.messages --resource-pattern-type literal --operation Write
allow flows --topic actions.runs --resource-pattern-type literal --operation Write
allow flows --topic flows.retry. --resource-pattern-type prefixed --operation Read --operation Write
allow flows --topic flows.dlq --resource-pattern-type literal --operation Write
allow flows --group flows --resource-pattern-type literal --operation Read

# actions
allow actions --topic chat.messages --resource-pattern-type literal --operation Write
allow actions --topic actions.runs --resource-pattern-type literal --operation Write

# ops
allow ops --topic chat.conversations --resource-pattern-type literal --operation Read
allow ops --topic commerce.orders --resource-pattern-type literal --operation Read
allow ops --topic commerce.subscriptions --resource-pattern-type literal --operation Read
allow ops --topic commerce.stock --resource-pattern-type literal --operation Read
allow ops --topic content.articles --resource-pattern-type literal --operation Read
allow ops --topic ops.incidents --resource-pattern-type literal --operation Read
allow ops --topic ops.deployments --resource-pattern-type literal --operation Read
allow ops --topic ops.maintenance --resource-pattern-type literal --operation Read
allow ops --topic people.preferences --resource-pattern-type literal --operation Read
allow ops --topic people.customers --resource-pattern-type literal --operation Read
allow ops --topic support.tickets --resource-pattern-type literal --operation Read
allow ops --topic chat.messages --resource-pattern-type literal --operation Read
allow ops --topic flows.timeouts --resource-pattern-type literal --operation Read
allow ops --topic actions.runs --resource-pattern-type literal --operation Read
allow ops --topic ingest.quarantine --resource-pattern-type literal --operation Read
allow ops --topic ingest.skipped --resource-pattern-type literal --operation Read
allow ops --topic ingest.quarantine.ledger --resource-pattern-type literal --operation Read
allow ops --topic ingest.skipped.ledger --resource-pattern-type literal --operation Read
allow ops --topic crm-sync.retry. --resource-pattern-type prefixed --operation Read
allow ops --topic crm-sync.dlq --resource-pattern-type prefixed --operation Read
allow ops --group crm-sync --resource-pattern-type literal --operation Describe
allow ops --topic ticketing.retry. --resource-pattern-type prefixed --operation Read
allow ops --topic ticketing.dlq --resource-pattern-type prefixed --operation Read
allow ops --group ticketing --resource-pattern-type literal --operation Describe
allow ops --topic kb-indexer.retry. --resource-pattern-type prefixed --operation Read
allow ops --topic kb-indexer.dlq --resource-pattern-type prefixed --operation Read
allow ops --group kb-indexer --resource-pattern-type literal --operation Describe
allow ops --topic notifier.retry. --resource-pattern-type prefixed --operation Read
allow ops --topic notifier.dlq --resource-pattern-type prefixed --operation Read
allow ops --group notifier --resource-pattern-type literal --operation Describe
allow ops --topic flows.retry. --resource-pattern-type prefixed --operation Read
allow ops --topic flows.dlq --resource-pattern-type prefixed --operation Read
allow ops --group flows --resource-pattern-type literal --operation Describe

# redrive
allow redrive --topic chat.conversations --resource-pattern-type literal --operation Read
allow redrive --topic commerce.orders --resource-pattern-type literal --operation Read
allow redrive --topic commerce.subscriptions --resource-pattern-type literal --operation Read
allow redrive --topic commerce.stock --resource-pattern-type literal --operation Read
allow redrive --topic content.articles --resource-pattern-type literal --operation Read
allow redrive --topic ops.incidents --resource-pattern-type literal --operation Read
allow redrive --topic ops.deployments --resource-pattern-type literal --operation Read
allow redrive --topic ops.maintenance --resource-pattern-type literal --operation Read
allow redrive --topic people.preferences --resource-pattern-type literal --operation Read
allow redrive --topic people.customers --resource-pattern-type literal --operation Read
allow redrive --topic support.tickets --resource-pattern-type literal --operation Read
allow redrive --topic chat.messages --resource-pattern-type literal --operation Read
allow redrive --topic flows.timeouts --resource-pattern-type literal --operation Read
allow redrive --topic actions.runs --resource-pattern-type literal --operation Read
allow redrive --topic ingest.quarantine --resource-pattern-type literal --operation Read
allow redrive --topic ingest.skipped --resource-pattern-type literal --operation Read
allow redrive --topic ingest.quarantine.ledger --resource-pattern-type literal --operation Read
allow redrive --topic ingest.skipped.ledger --resource-pattern-type literal --operation Read
allow redrive --topic crm-sync.retry. --resource-pattern-type prefixed --operation Read
allow redrive --topic crm-sync.dlq --resource-pattern-type prefixed --operation Read
allow redrive --group crm-sync --resource-pattern-type literal --operation Describe
allow redrive --topic ticketing.retry. --resource-pattern-type prefixed --operation Read
allow redrive --topic ticketing.dlq --resource-pattern-type prefixed --operation Read
allow redrive --group ticketing --resource-pattern-type literal --operation Describe
allow redrive --topic kb-indexer.retry. --resource-pattern-type prefixed --operation Read
allow redrive --topic kb-indexer.dlq --resource-pattern-type prefixed --operation Read
allow redrive --group kb-indexer --resource-pattern-type literal --operation Describe
allow redrive --topic notifier.retry. --resource-pattern-type prefixed --operation Read
allow redrive --topic notifier.dlq --resource-pattern-type prefixed --operation Read
allow redrive --group notifier --resource-pattern-type literal --operation Describe
allow redrive --topic flows.retry. --resource-pattern-type prefixed --operation Read
allow redrive --topic flows.dlq --resource-pattern-type prefixed --operation Read
allow redrive --group flows --resource-pattern-type literal --operation Describe
allow redrive --topic crm-sync.retry. --resource-pattern-type prefixed --operation Write
allow redrive --topic crm-sync.dlq.ledger --resource-pattern-type literal --operation Write
allow redrive --topic ticketing.retry. --resource-pattern-type prefixed --operation Write
allow redrive --topic ticketing.dlq.ledger --resource-pattern-type literal --operation Write
allow redrive --topic kb-indexer.retry. --resource-pattern-type prefixed --operation Write
allow redrive --topic kb-indexer.dlq.ledger --resource-pattern-type literal --operation Write
allow redrive --topic notifier.retry. --resource-pattern-type prefixed --operation Write
allow redrive --topic notifier.dlq.ledger --resource-pattern-type literal --operation Write
allow redrive --topic flows.retry. --resource-pattern-type prefixed --operation Write
allow redrive --topic flows.dlq.ledger --resource-pattern-type literal --operation Write
allow redrive --topic ingest.quarantine.ledger --resource-pattern-type literal --operation Write
allow redrive --topic ingest.skipped.ledger --resource-pattern-type literal --operation Write
