//! The standards that come with the service.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table::{self, bytes, text_literal};

/// Puts the built-in standards in.
#[derive(DeriveMigrationName)]
pub struct Migration;

struct Standard {
    uuid: &'static str,
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    /// Identifiers of its levels, in the order of `LEVELS`.
    levels: &'static [&'static str],
}

struct Level {
    code: &'static str,
    name: &'static str,
    description: &'static str,
}

/// Fixed, so that a reference means the same on every installation.
const STANDARDS: &[Standard] = &[
    Standard {
        uuid: "2168acba-023f-45b5-af97-2684993daacc",
        slug: "wcag-2-1",
        name: "WCAG 2.1",
        description: "Web Content Accessibility Guidelines 2.1, the W3C recommendation of 2018.",
        levels: &[
            "3cd4babe-0bba-4200-9af7-3486253115b9",
            "0d616006-98f7-4e0b-b69a-5810b7f40b6e",
            "bbbb7675-5d02-4b0d-9a28-7abf91c0d211",
        ],
    },
    Standard {
        uuid: "789ba9bc-74eb-4a84-9d86-ef4a232a615d",
        slug: "wcag-2-2",
        name: "WCAG 2.2",
        description: "Web Content Accessibility Guidelines 2.2, the W3C recommendation of 2023.",
        levels: &[
            "24bfc6e0-7ace-48bb-83c4-9a3dc5ebf790",
            "e8ac65af-1c89-489d-9d1d-387be06152c5",
            "74e4acf5-4852-4a15-8f88-df526e021859",
        ],
    },
    Standard {
        uuid: "b53f4a4b-196e-4536-975d-d0611db1a5f9",
        slug: "en-301-549",
        name: "EN 301 549",
        description: "European requirements for the accessibility of products and services of information technology.",
        levels: &["48fd77d7-4011-4312-9d4f-f30212e34109", "2e595e1a-28b1-4666-a3a6-6f507330e07f"],
    },
    Standard {
        uuid: "c3d82c14-7861-45e7-ad6d-ace2b251023c",
        slug: "iso-9001",
        name: "ISO 9001",
        description: "Requirements for quality management systems.",
        levels: &[],
    },
    Standard {
        uuid: "9f3d9304-5ade-4374-889d-34c6370870f6",
        slug: "iso-45001",
        name: "ISO 45001",
        description: "Requirements for occupational health and safety management systems.",
        levels: &[],
    },
];

const LEVELS: &[Level] = &[
    Level { code: "a", name: "Level A", description: "The least: the success criteria of level A are met." },
    Level { code: "aa", name: "Level AA", description: "The success criteria of levels A and AA are met." },
    Level { code: "aaa", name: "Level AAA", description: "The success criteria of all levels are met." },
];

const SINCE: &str = "'2026-01-01T00:00:00.000000+00:00'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for standard in STANDARDS {
            let (uuid, slug) = (bytes(backend, standard.uuid), text_literal(standard.slug));
            let (name, description) = (text_literal(standard.name), text_literal(standard.description));
            let insert = format!(
                "INSERT INTO standard (uuid, slug, source, name, description, created_at, updated_at)
                VALUES ({uuid}, {slug}, 'BUILT_IN', {name}, {description}, {SINCE}, {SINCE})"
            );
            table::run(manager, &insert).await?;
            for ((level_uuid, level), position) in standard.levels.iter().zip(LEVELS).zip(1..) {
                let (level_uuid, code) = (bytes(backend, level_uuid), text_literal(level.code));
                let (name, description) = (text_literal(level.name), text_literal(level.description));
                let insert = format!(
                    "INSERT INTO conformance_level
                    (uuid, standard_id, code, name, description, sort_order, created_at, updated_at)
                    SELECT {level_uuid}, id, {code}, {name}, {description}, {position}, {SINCE}, {SINCE}
                    FROM standard WHERE uuid = {uuid}"
                );
                table::run(manager, &insert).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let standards = "(SELECT id FROM standard WHERE source = 'BUILT_IN')";
        let levels = format!("(SELECT id FROM conformance_level WHERE standard_id IN {standards})");
        for (table, prefix) in [("organization", "default_"), ("asset", ""), ("audit", "")] {
            for (column, gone) in [("conformance_level_id", levels.as_str()), ("standard_id", standards)] {
                let detach = format!("UPDATE {table} SET {prefix}{column} = NULL WHERE {prefix}{column} IN {gone}");
                table::run(manager, &detach).await?;
            }
        }
        table::run(manager, &format!("DELETE FROM conformance_level WHERE standard_id IN {standards}")).await?;
        table::run(manager, "DELETE FROM standard WHERE source = 'BUILT_IN'").await
    }
}
