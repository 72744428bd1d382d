package main

import (
	"context"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type account struct {
	ID        string    `json:"id"`
	TenantID  string    `json:"tenant_id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Tier      string    `json:"tier"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type accounts struct {
	Items      []account `json:"items"`
	NextCursor *string   `json:"next_cursor"`
}

const everyone = `select id, tenant_id, email, name, role, tier, version, created_at, updated_at from read.users
	where not erased and deleted_at is null order by id desc limit $1`

func (h *house) users(ctx context.Context, c *app.RequestContext) {
	limit, err := strconv.Atoi(c.DefaultQuery("limit", "50"))
	if err != nil || limit < 1 || limit > 100 {
		problem(c, 400, "invalid")
		return
	}
	// As ours: a snapshot in which the database itself shows only what this person may see.
	tx, err := h.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly,
		BeginQuery: "begin isolation level repeatable read, read only; set local atelier.tenant = 'ten_hertz'; set local atelier.administrator = 'yes'"})
	if err != nil {
		problem(c, 503, "unavailable")
		return
	}
	defer tx.Rollback(ctx)
	rows, err := tx.Query(ctx, everyone, limit+1)
	if err != nil {
		problem(c, 503, "unavailable")
		return
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[account])
	if err != nil {
		problem(c, 503, "unavailable")
		return
	}
	page := accounts{Items: items}
	if len(items) > limit {
		page.Items = items[:limit]
		cursor := base64.RawURLEncoding.EncodeToString([]byte(items[limit-1].ID))
		page.NextCursor = &cursor
	}
	c.JSON(200, page)
}

func prepare(ctx context.Context, pool *pgxpool.Pool) {
	_, err := pool.Exec(ctx, `create schema if not exists hertz;
		create table if not exists hertz.idempotency (key text primary key, body bytea, answer text);
		create table if not exists hertz.events (id text, sequence bigint, name text, at timestamptz default now(), primary key (id, sequence))`)
	must(err)
}

type project struct {
	Name string `json:"name"`
}

// An event and the answer to its key, in one transaction.
func (h *house) createProject(ctx context.Context, c *app.RequestContext) {
	var form project
	if err := c.BindJSON(&form); err != nil || form.Name == "" || len(form.Name) > 200 {
		problem(c, 400, "invalid")
		return
	}
	id := "prj_" + uuid.Must(uuid.NewV7()).String()
	err := pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue("insert into hertz.idempotency values ($1, $2, $3)", string(c.GetHeader("Idempotency-Key")), c.Request.Body(), id)
		batch.Queue("insert into hertz.events (id, sequence, name) values ($1, 1, $2)", id, form.Name)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		problem(c, 503, "unavailable")
		return
	}
	c.Header("Location", "/api/v1/projects/"+id)
	c.JSON(201, map[string]any{"id": id, "name": form.Name, "version": 1})
}
