//! What a tenant uses and may use, as `stead tenants quotas` and `stead operator tenants quotas` show it.

use stead_api::v1::tenants::Quota;
use stead_core::quota::Limited;

use crate::output::{Table, Tone};

fn shown(quota: &Quota, amount: u64) -> String {
    let what = Limited::ALL.into_iter().find(|what| what.as_str() == quota.what);
    what.map_or_else(|| amount.to_string(), |what| what.shown(amount))
}

pub(super) fn table(quotas: &[Quota]) -> Table {
    let mut table = Table::new(&["USED", "OF", ""]);
    for quota in quotas {
        table.row(vec![
            (shown(quota, quota.used), Some(Tone::Strong)),
            (shown(quota, quota.limit), None),
            (if quota.set { "" } else { "default" }.to_owned(), Some(Tone::Faint)),
        ]);
    }
    table
}
