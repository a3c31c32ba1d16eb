/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits - how much of what comes from outside is taken: each with its unit, and why it is enough.
 *
 * Layer: base.
 */
#pragma once

/** Memory of a run, in bytes: a repository with 10 million hints takes so much. */
#define MEMORY_MAX (1536ULL << 20)

/** A tag of metadata, or the text of an element, in bytes: CAPABILITY_MAX fits, escaped. */
#define MARKUP_ELEMENT_MAX (1U << 20)
/** Elements nested in metadata: primary.xml has 5. */
#define MARKUP_DEPTH_MAX 64U
/** Elements of a package: kernels have 30,000, and libsolv takes the square of their number. */
#define MARKUP_PACKAGE_MAX 100000U
/** Parentheses in a dependency: real ones have 10, and libsolv calls itself for each. */
#define MARKUP_PARENTHESES_MAX 1024U

/** Files of an RPM, unpacked, in bytes: GPU drivers with all their firmware have 2 GiB. */
#define RPM_UNPACKED_MAX (8ULL << 30)
/** Folders above a file that is staged: kernels have 8, and removing a tree takes a fd for each. */
#define PAYLOAD_DEPTH_MAX 32U
/** Files staged of one package: all firmware of Linux is 5,000. */
#define PAYLOAD_FILES_MAX 65536U

/** What a program that is run may say, in bytes: more is passed over, a sentence of it is shown. */
#define PROCESS_OUTPUT_MAX 16384U
