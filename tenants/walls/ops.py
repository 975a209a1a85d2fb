"""Migration operations that build the walls. Every table with rows of somebody must name one of them.

Policies name the group roles of the levels, so that one text serves every schema; grants name the schema's own
roles. Each role gets exactly one policy per table: two would be OR-ed by PostgreSQL, which costs the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

from tenants.walls.levels import MERCHANT_SETTING, SITE_OF_ROLE, role

ALL = "SELECT, INSERT, UPDATE, DELETE"


def _model(state: Any, app_label: str, name: str) -> Any:
    """`Model` of the migration's own app, or `app.Model` of a room below it."""
    label, _, model = name.rpartition(".")
    return state.apps.get_model(label or app_label, model)


class _TableOperation(Operation):
    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: Any) -> None:
        return None

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = _model(to_state, app_label, self.model)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in self.forward(model._meta.db_table, schema_editor.connection.schema_name, model):
                schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = _model(from_state, app_label, self.model)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in self.backward(model._meta.db_table, schema_editor.connection.schema_name, model):
                schema_editor.execute(statement)

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        raise NotImplementedError

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        raise NotImplementedError


def _wall(table: str) -> list[str]:
    return [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY', f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY']


def _owner_policy(table: str) -> str:
    # The owner's own processes (migrations, provision) work without a wall, under FORCE.
    return f'CREATE POLICY wall_owner ON "{table}" TO couponry_owner USING (true) WITH CHECK (true)'


def _policy(table: str, level: str, condition: str, *, reading: bool = False) -> str:
    """One policy; a reading one lets rows be seen, and none be written."""
    check = "" if reading else f" WITH CHECK ({condition})"
    command = "FOR SELECT " if reading else ""
    return f'CREATE POLICY wall_{level} ON "{table}" {command}TO couponry_{level} USING ({condition}){check}'


class WallTable(_TableOperation):
    """A table of a site's schema with a merchant column (or an own condition for level merchant).

    `merchant`: the column that names the merchant, or a bare indexable condition with `{merchant}` in it.
    `merchant_can`: what level merchant may do. `visitor`, `holder`: conditions (SQL) for what these levels may read,
    `visitor_columns`, `holder_columns`: the only columns they may read. Level site sees every row of its schema.
    """

    def __init__(
        self,
        model: str,
        *,
        merchant: str = "merchant_id",
        merchant_can: str = ALL,
        visitor: str = "",
        visitor_columns: Sequence[str] = (),
        holder: str = "",
        holder_columns: Sequence[str] = (),
    ) -> None:
        super().__init__(model)
        self.merchant, self.merchant_can = merchant, merchant_can
        self.visitor, self.visitor_columns = visitor, tuple(visitor_columns)
        self.holder, self.holder_columns = holder, tuple(holder_columns)

    def deconstruct(self) -> Any:
        names = ("merchant", "merchant_can", "visitor", "visitor_columns", "holder", "holder_columns")
        return (type(self).__name__, [self.model], {name: getattr(self, name) for name in names})

    def describe(self) -> str:
        return f"Wall {self.model} by merchant"

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        if schema == "master":  # the console's own rows: no merchants, no visitors
            return [*_wall(table), _policy(table, "master", "true"), _owner_policy(table)]
        statements = [*_wall(table), _policy(table, "site", "true")]
        if self.merchant:
            condition = (
                self.merchant.format(merchant=MERCHANT_SETTING)
                if "{merchant}" in self.merchant
                else f"{self.merchant} = {MERCHANT_SETTING}"
            )
            statements += [
                _policy(table, "merchant", condition),
                f'GRANT {self.merchant_can} ON "{table}" TO "{role(schema, "merchant")}"',
            ]
        for level, rule, columns in (
            ("visitor", self.visitor, self.visitor_columns),
            ("holder", self.holder, self.holder_columns),
        ):
            if rule:
                listed = f"({', '.join(columns)})" if columns else ""
                statements += [
                    _policy(table, level, rule, reading=True),
                    f'GRANT SELECT {listed} ON "{table}" TO "{role(schema, level)}"',
                ]
        return statements

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        if schema == "master":
            return [f'DROP POLICY wall_{level} ON "{table}"' for level in ("master", "owner")]
        return [
            f'DROP POLICY IF EXISTS wall_{level} ON "{table}"' for level in ("site", "merchant", "visitor", "holder")
        ] + [f'REVOKE ALL ON "{table}" FROM "{role(schema, level)}"' for level in ("merchant", "visitor", "holder")]


class PublicWall(_TableOperation):
    """A table of `public` with a column for the site, and perhaps one for the merchant.

    The site is read off the role's name. `site_can`, `merchant_can`, `master_can`: what these levels may do;
    `relay_can` and `registry_can` see every row, the master those of condition `master`. An empty text gives the
    level nothing. Without a merchant column level merchant is walled by site alone (it may then only insert).
    """

    def __init__(
        self,
        model: str,
        *,
        site: str = "site_id",
        merchant: str = "",
        site_can: str = "SELECT",
        merchant_can: str = "",
        master_can: str = "SELECT",
        relay_can: str = "",
        registry_can: str = "",
        visitor_can: str = "",
        master: str = "true",
    ) -> None:
        super().__init__(model)
        self.site, self.merchant, self.master = site, merchant, master
        self.site_can, self.merchant_can, self.master_can = site_can, merchant_can, master_can
        self.relay_can, self.registry_can, self.visitor_can = relay_can, registry_can, visitor_can

    def deconstruct(self) -> Any:
        names = ["site", "merchant", "site_can", "merchant_can", "master_can", "relay_can", "registry_can"]
        names += ["visitor_can", "master"]
        return (type(self).__name__, [self.model], {name: getattr(self, name) for name in names})

    def describe(self) -> str:
        return f"Wall {self.model} by site"

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        own_site = f"{self.site} = {SITE_OF_ROLE}"
        own_merchant = f"{own_site} AND {self.merchant} = {MERCHANT_SETTING}" if self.merchant else own_site
        rules = (
            ("site", own_site, self.site_can),
            ("merchant", own_merchant, self.merchant_can),
            ("visitor", own_site, self.visitor_can),
            ("master", self.master, self.master_can),
            ("relay", "true", self.relay_can),
            ("registry", "true", self.registry_can),
        )
        statements = _wall(table)
        statements.append(_owner_policy(table))
        for level, condition, can in rules:
            if can:
                reading = can.startswith("SELECT") and "," not in can.split("(")[0]
                statements.append(_policy(table, level, condition, reading=reading))
                statements.append(f'GRANT {can} ON "{table}" TO couponry_{level}')
        return statements

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        levels = ("site", "merchant", "visitor", "master", "relay", "registry")
        return [f'DROP POLICY IF EXISTS wall_{level} ON "{table}"' for level in (*levels, "owner")] + [
            f'REVOKE ALL ON "{table}" FROM couponry_{level}' for level in levels
        ]


class PublicList(_TableOperation):
    """A table of `public` that everybody may read and only the platform changes: lists, template library."""

    def __init__(self, model: str, *, readers: Sequence[str] = ("site", "merchant", "holder", "visitor")) -> None:
        super().__init__(model)
        self.readers = tuple(readers)

    def deconstruct(self) -> Any:
        return (type(self).__name__, [self.model], {"readers": self.readers})

    def describe(self) -> str:
        return f"Let everybody read {self.model}"

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        return [
            *_wall(table),
            _owner_policy(table),
            *(_policy(table, level, "true", reading=True) for level in self.readers),
            *(f'GRANT SELECT ON "{table}" TO couponry_{level}' for level in self.readers),
            _policy(table, "master", "true"),
            f'GRANT {ALL} ON "{table}" TO couponry_master',
        ]

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        levels = (*self.readers, "master")
        return [f'DROP POLICY IF EXISTS wall_{level} ON "{table}"' for level in (*levels, "owner")] + [
            f'REVOKE ALL ON "{table}" FROM couponry_{level}' for level in levels
        ]


class SameMerchant(_TableOperation):
    """A composite key (merchant, field) → (merchant, id): foreign keys ignore row-level security, this one does not."""

    def __init__(self, model: str, field: str, *, merchant: str = "merchant_id") -> None:
        super().__init__(model)
        self.field, self.merchant = field, merchant

    def deconstruct(self) -> Any:
        return (type(self).__name__, [self.model, self.field], {"merchant": self.merchant})

    def describe(self) -> str:
        return f"Keep {self.model}.{self.field} within one merchant"

    def _names(self, table: str, model: Any) -> tuple[str, str, str]:
        field = model._meta.get_field(self.field)
        return field.column, field.related_model._meta.db_table, f"{table}_{field.column}_same_merchant"[:63]

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        column, target, name = self._names(table, model)
        unique = f"{target}_merchant_id"[:63]
        return [
            f"""DO $$ BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique}'
                               AND conrelid = '"{target}"'::regclass) THEN
                    ALTER TABLE "{target}" ADD CONSTRAINT "{unique}" UNIQUE (merchant_id, id);
                END IF; END $$""",
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ({self.merchant}, {column})'
            f' REFERENCES "{target}" (merchant_id, id) DEFERRABLE INITIALLY IMMEDIATE',
        ]

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        _, _, name = self._names(table, model)
        return [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"']


class AppendOnly(_TableOperation):
    """Nobody updates, deletes or truncates: a trigger refuses it even for the owner of the table."""

    def deconstruct(self) -> Any:
        return (type(self).__name__, [self.model], {})

    def describe(self) -> str:
        return f"Make {self.model} append-only"

    def forward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        return [
            f"""CREATE FUNCTION "{table}_refuse"() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END $$""",
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"'
            f' FOR EACH ROW EXECUTE FUNCTION "{table}_refuse"()',
            f'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}"'
            f' FOR EACH STATEMENT EXECUTE FUNCTION "{table}_refuse"()',
        ]

    def backward(self, table: str, schema: str, model: Any) -> Sequence[str]:
        return [
            f'DROP TRIGGER append_only ON "{table}"',
            f'DROP TRIGGER append_only_truncate ON "{table}"',
            f'DROP FUNCTION "{table}_refuse"()',
        ]


class SiteFunction(Operation):
    """A SECURITY DEFINER function of a site's schema, run as the schema's `site` role with a fixed search path.

    `create` is the text up to and including the body, with `{schema}` where the schema's name goes; `signature` is
    `name(type, …)`; `callers` are the levels that may execute it. Listed in tests/guards: every other SECURITY DEFINER
    function fails the suite.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self, app_table: str, signature: str, create: str, *, callers: Sequence[str], replace: bool = False
    ) -> None:
        self.app_table, self.signature, self.create = app_table, signature, create
        self.callers, self.replace = tuple(callers), replace

    def deconstruct(self) -> Any:
        return (
            type(self).__name__,
            [self.app_table, self.signature, self.create],
            {"callers": self.callers, "replace": self.replace},
        )

    def describe(self) -> str:
        return f"Create function {self.signature}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        return None

    def _applies(self, app_label: str, schema_editor: Any, state: Any) -> bool:
        model = _model(state, app_label, self.app_table)
        return self.allow_migrate_model(schema_editor.connection.alias, model)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if not self._applies(app_label, schema_editor, to_state):
            return
        schema = schema_editor.connection.schema_name
        owner = role(schema, "site")
        for statement in (
            *((f'DROP FUNCTION IF EXISTS "{schema}".{self.signature}',) if self.replace else ()),
            self.create.replace("{schema}", f'"{schema}"'),
            f'GRANT CREATE ON SCHEMA "{schema}" TO "{owner}"',
            f'ALTER FUNCTION "{schema}".{self.signature} OWNER TO "{owner}"',
            f'REVOKE CREATE ON SCHEMA "{schema}" FROM "{owner}"',
            f'ALTER FUNCTION "{schema}".{self.signature} SECURITY DEFINER',
            f'ALTER FUNCTION "{schema}".{self.signature} SET search_path = "{schema}", public, pg_temp',
            f'REVOKE ALL ON FUNCTION "{schema}".{self.signature} FROM PUBLIC',
            *(
                f'GRANT EXECUTE ON FUNCTION "{schema}".{self.signature} TO "{role(schema, level)}"'
                for level in self.callers
            ),
        ):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if self._applies(app_label, schema_editor, from_state):
            schema_editor.execute(
                f'DROP FUNCTION "{schema_editor.connection.schema_name}".{self.signature}', params=None
            )
