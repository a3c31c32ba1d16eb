/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/interner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Slots tried for a string: half of them are free, so that chance takes one or two. */
#define PROBES 64

static uint64_t word_at(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

/* What is less than a word. */
static uint64_t short_word(const char *text, size_t length)
{
	uint64_t word = 0;

	for (size_t i = 0; i < length; i++)
		word = word << 8 | (uint8_t)text[i];
	return word;
}

uint32_t interner_hash(const char *text, size_t length)
{
	/* Odd numbers without a pattern, so that products spread: those of MurmurHash64A, SplitMix.
	 */
	static const uint64_t mix = 0xc6a4a7935bd1e995U, stir = 0x9e3779b97f4a7c15U;
	const char *end = text + length;
	uint64_t hash = length * stir;

	for (; end - text > 8; text += 8) {
		hash = (hash ^ word_at(text)) * mix;
		hash ^= hash >> 29;
	}
	/* The last word overlaps the one before it. */
	hash = (hash ^ (length < 8 ? short_word(text, length) : word_at(end - 8))) * mix;
	hash ^= hash >> 29;
	return (uint32_t)(hash * stir >> 32);
}

static bool is_same(const char *left, const char *right, size_t length)
{
	const char *end = left + length;

	if (length < 8)
		return short_word(left, length) == short_word(right, length);
	for (; end - left > 8; left += 8, right += 8)
		if (word_at(left) != word_at(right))
			return false;
	return word_at(end - 8) == word_at(right + (end - left) - 8);
}

static int reserve_text(struct interner *interner, size_t size)
{
	size_t wanted = interner->room ? interner->room : 4096;
	char *grown;

	if (size <= interner->room)
		return 0;
	while (wanted < size)
		wanted *= 2;
	grown = realloc(interner->text, wanted);
	if (!grown)
		return -ENOMEM;
	interner->text = grown;
	interner->room = wanted;
	return 0;
}

int interner_append(struct interner *interner, const char *text, size_t length, uint32_t *ret)
{
	size_t at = interner->size ? interner->size : 1;

	if (at >= interner->max || length >= interner->max - at)
		return -EFBIG;
	if (reserve_text(interner, at + length + 1) < 0)
		return -ENOMEM;
	interner->text[0] = '\0';
	memcpy(interner->text + at, text, length);
	interner->text[at + length] = '\0';
	interner->size = at + length + 1;
	*ret = (uint32_t)at;
	return 0;
}

/* Twice as many slots; what finds none there is forgotten. */
static int grow_slots(struct interner *interner)
{
	size_t count = interner->slot_count ? interner->slot_count * 2 : 1024;
	struct interned *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < interner->slot_count; i++) {
		const struct interned *from = &interner->slots[i];

		for (size_t probe = 0; from->at && probe < PROBES; probe++) {
			struct interned *to = &slots[(from->hash + probe) & (count - 1)];

			if (!to->at) {
				*to = *from;
				break;
			}
		}
	}
	free(interner->slots);
	interner->slots = slots;
	interner->slot_count = count;
	return 0;
}

/* The slot of the string, or the one that it may have; the spare one if there is neither. */
static struct interned *find_slot(struct interner *interner, const char *text, size_t length,
				  uint32_t hash)
{
	for (size_t probe = 0; probe < PROBES; probe++) {
		struct interned *slot =
			&interner->slots[(hash + probe) & (interner->slot_count - 1)];

		if (!slot->at)
			return slot;
		if (slot->hash == hash && length < interner->size - slot->at &&
		    interner->text[slot->at + length] == '\0' &&
		    is_same(interner->text + slot->at, text, length))
			return slot;
	}
	interner->spare = (struct interned){ 0 };
	return &interner->spare;
}

int interner_add(struct interner *interner, const char *text, size_t length, struct interned **ret)
{
	uint32_t hash = interner_hash(text, length);
	struct interned *slot = &interner->spare;
	int r;

	if (interner->used * 2 >= interner->slot_count && grow_slots(interner) < 0)
		return -ENOMEM;
	if (length > 0)
		slot = find_slot(interner, text, length, hash);
	else
		*slot = (struct interned){ .hash = hash };
	if (length > 0 && !slot->at) {
		r = interner_append(interner, text, length, &slot->at);
		if (r < 0)
			return r;
		slot->hash = hash;
		interner->used += slot != &interner->spare;
	}
	*ret = slot;
	return 0;
}

void interner_clear(struct interner *interner)
{
	interner->size = interner->used = 0;
	if (interner->slots)
		memset(interner->slots, 0, interner->slot_count * sizeof(*interner->slots));
}

void interner_done(struct interner *interner)
{
	free(interner->text);
	free(interner->slots);
	*interner = (struct interner){ 0 };
}
