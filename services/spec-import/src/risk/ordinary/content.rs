//! Writing, files and media.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "accordion, album, animation, appendix, archive, article, artist, asset, attachment, audio, \
    audiobook, author, avatar, bibliography, blob, block, blog, board, body, book, bookmark, \
    brochure, button, canvas, caption, carousel, catalog, cell, chapter, chat, child, chunk, \
    citation, cite, clip, color, colour, column, comment, composition, content, copy, cover, \
    css, csv, dashboard, dataset, description, design, diagram, dictionary, doc, document, \
    draft, drawing, dub, edition, editor, editorial, element, embed, emoji, encyclopedia, \
    entry, episode, essay, excerpt, exhibit, faq, feed, field, figma, file, folder, font, \
    footer, footnote, form, fragment, frame, gallery, genre, gif, gist, glossary, glyph, \
    graphic, hashtag, header, heading, headline, highlight, html, i18n, icon, illustration, \
    image, infographic, instrument, issue, journal, json, kb, knowledge, l10n, language, \
    library, link, locale, localization, logo, lyric, magazine, map, markdown, markup, media, \
    meme, memo, mention, metadata, mockup, moment, montage, mood, movie, news, note, origami, \
    outline, overlay, page, palette, panel, paper, paragraph, part, pdf, photo, phrase, \
    picture, playlist, podcast, poem, portfolio, portrait, post, poster, preface, presentation, \
    preset, project, proof, property, prototype, publication, record, recording, \
    reel, render, rendition, resource, revision, rich, roadmap, row, sample, scene, screen, \
    screenshot, section, series, shape, sheet, shelf, short, show, sketch, slide, snippet, \
    song, sound, soundtrack, spec, speech, spreadsheet, sprite, sticker, story, storyboard, \
    string, stub, style, stylesheet, submission, subtitle, summary, table, template, term, \
    text, theme, thumbnail, tile, timeline, title, toc, track, trailer, transcript, transition, \
    translation, tree, typography, variant, version, video, view, vocabulary, voice, wallpaper, \
    watermark, whiteboard, widget, wiki, word, worksheet, xml, webpage, webform, mediafile, \
    fileversion, published, draftversion";
