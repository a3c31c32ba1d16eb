/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define JSON_STYLE                                                                                 \
	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

static struct json_object *inside(const struct json *json)
{
	return (struct json_object *)(uintptr_t)json;
}

static struct json *outside(struct json_object *object)
{
	if (!object)
		abort();
	return (struct json *)object;
}

struct json *json_new_object(void)
{
	return outside(json_object_new_object());
}

struct json *json_new_array(void)
{
	return outside(json_object_new_array());
}

struct json *json_free(struct json *json)
{
	json_object_put(inside(json));
	return NULL;
}

static struct json_object *new_text(const char *text)
{
	auto_free char *safe = NULL;

	if (!text)
		return NULL;
	safe = text_printable(text);
	return inside(outside(safe ? json_object_new_string(safe) : NULL));
}

static void set(struct json *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(inside(object), key, value) < 0)
		abort();
}

void json_set_text(struct json *object, const char *key, const char *text)
{
	set(object, key, new_text(text));
}

void json_set_number(struct json *object, const char *key, int64_t number)
{
	set(object, key, json_object_new_int64(number));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	set(object, key, json_object_new_boolean(value));
}

void json_set_null(struct json *object, const char *key)
{
	set(object, key, NULL);
}

void json_set(struct json *object, const char *key, struct json *value)
{
	set(object, key, inside(value));
}

void json_append_text(struct json *array, const char *text)
{
	if (json_object_array_add(inside(array), new_text(text)) < 0)
		abort();
}

void json_append(struct json *array, struct json *value)
{
	if (json_object_array_add(inside(array), inside(value)) < 0)
		abort();
}

int json_write(const struct json *json, FILE *out)
{
	const char *text = json_object_to_json_string_ext(inside(json), JSON_STYLE);

	if (!text || fputs(text, out) < 0 || fputc('\n', out) == EOF || fflush(out) == EOF)
		return -EIO;
	return 0;
}

char *json_text(const struct json *json)
{
	const char *text = json_object_to_json_string_ext(inside(json), JSON_STYLE);

	return text ? text_format("%s\n", text) : NULL;
}

static void release_tokener(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

int json_parse(const char *text, size_t size, struct json **ret)
{
	AUTO(release_tokener) struct json_tokener *tokener = json_tokener_new_ex(32);
	struct json_object *object;

	if (!tokener)
		return -ENOMEM;
	/* json-c takes a NUL for the end, and would not look at what follows it. */
	if (size >= INT32_MAX || memchr(text, '\0', size))
		return -EBADMSG;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The NUL that ends the text is passed too: only then a cut document is told from a whole
	 * one. */
	object = json_tokener_parse_ex(tokener, text, (int)size + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success || !object) {
		json_object_put(object);
		return -EBADMSG;
	}
	*ret = outside(object);
	return 0;
}

const struct json *json_get(const struct json *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(inside(object), json_type_object) ||
	    !json_object_object_get_ex(inside(object), key, &value))
		return NULL;
	return (const struct json *)value;
}

const struct json *json_get_array(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return json_object_is_type(inside(value), json_type_array) ? value : NULL;
}

static const char *as_text(const struct json *value)
{
	if (!json_object_is_type(inside(value), json_type_string))
		return NULL;
	return json_object_get_string(inside(value));
}

const char *json_get_text(const struct json *object, const char *key)
{
	return as_text(json_get(object, key));
}

bool json_get_number(const struct json *object, const char *key, int64_t *ret)
{
	const struct json *value = json_get(object, key);
	int64_t number;

	if (!value || !json_object_is_type(inside(value), json_type_int))
		return false;
	number = json_object_get_int64(inside(value));
	/* json-c clamps what does not fit: who sees an end of the range cannot know the number. */
	if (number == INT64_MIN || number == INT64_MAX)
		return false;
	*ret = number;
	return true;
}

bool json_is_null(const struct json *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_is_type(inside(object), json_type_object) &&
	       json_object_object_get_ex(inside(object), key, &value) && !value;
}

/* json-c asserts that it is asked about an array. */
static bool is_array(const struct json *value)
{
	return json_object_is_type(inside(value), json_type_array);
}

size_t json_length(const struct json *array)
{
	return is_array(array) ? json_object_array_length(inside(array)) : 0;
}

const struct json *json_item(const struct json *array, size_t index)
{
	if (!is_array(array))
		return NULL;
	return (const struct json *)json_object_array_get_idx(inside(array), index);
}

const char *json_item_text(const struct json *array, size_t index)
{
	return as_text(json_item(array, index));
}
