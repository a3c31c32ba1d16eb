/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json - building, writing and reading JSON values.
 *
 * Layer: base. The only user of json-c. Builders abort the process when memory runs out: json-c
 * itself offers no better, and a half-built answer would be a lie.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json;

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_free(struct json *json);

/* Set KEY of OBJECT; text is copied and made valid UTF-8; NULL text is null. Order is kept. */
void json_set_text(struct json *object, const char *key, const char *text);
void json_set_number(struct json *object, const char *key, int64_t number);
void json_set_bool(struct json *object, const char *key, bool value);
void json_set_null(struct json *object, const char *key);
/* Set KEY to VALUE, taking it over. */
void json_set(struct json *object, const char *key, struct json *value);
void json_append_text(struct json *array, const char *text);
void json_append(struct json *array, struct json *value);

/* Print indented by two spaces, with a final newline. 0 or -EIO. */
int json_write(const struct json *json, FILE *out);
/* The same as a string; owned. */
char *json_text(const struct json *json);

/*
 * Parse SIZE bytes, which a NUL byte follows, nested at most 32 deep.
 * 0, -EBADMSG if malformed or followed by more, -ENOMEM.
 */
int json_parse(const char *text, size_t size, struct json **ret);
/* Borrowed from OBJECT; NULL when absent or of another type. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_get_array(const struct json *object, const char *key);
const char *json_get_text(const struct json *object, const char *key);
/* Whole numbers strictly between INT64_MIN and INT64_MAX. */
bool json_get_number(const struct json *object, const char *key, int64_t *ret);
bool json_is_null(const struct json *object, const char *key); /* present, and null */
/* What is no array has no items. */
size_t json_length(const struct json *array);
const struct json *json_item(const struct json *array, size_t index);
const char *json_item_text(const struct json *array, size_t index);

static inline void json_release(struct json **slot)
{
	json_free(*slot);
}
#define auto_json __attribute__((cleanup(json_release)))
