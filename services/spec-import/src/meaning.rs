//! What each kind of diagnostic means, for people who see a hundred of one kind.
//!
//! A diagnostic's own text is about its place; this is about all of them. Every code that the
//! importer says is here: a test reads the importer for them.

/// Says in one sentence what a diagnostic's code means; nothing for a code that is none of ours.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static str> {
    MEANINGS
        .binary_search_by(|(known, _)| known.cmp(&code))
        .ok()
        .map(|place| MEANINGS[place].1)
}

/// By code, in order.
const MEANINGS: &[(&str, &str)] = &[
    (
        "additional_operations_not_an_object",
        "What should list further methods of a path by name is no such list; it is left out.",
    ),
    (
        "all_of_opened",
        "A schema allows no properties but its own, and is joined to others that have more; so that anything fits, more are allowed.",
    ),
    (
        "allow_reserved_left_out",
        "The document wants reserved characters to be sent as they are where they could change the request; they are encoded.",
    ),
    (
        "any_method_left_out",
        "A path takes every method there is, and names none; none is imported.",
    ),
    (
        "argument_renamed",
        "Two arguments had the same key, or one that clients do not take; agents see another key, the API gets its own.",
    ),
    (
        "body_as_text",
        "The body is written as text by the agent itself; it is sent as it is, and only its being text is checked.",
    ),
    (
        "body_empty",
        "The operation has a body of which nothing is left to fill in; none is sent.",
    ),
    (
        "body_media_chosen",
        "The body can be sent in several media types; one of them was chosen.",
    ),
    (
        "body_media_unsupported",
        "The body has a media type that cannot be written faithfully; the operation is off.",
    ),
    (
        "body_mode_unknown",
        "A Postman request has a body of a kind that is not known; it is left out.",
    ),
    (
        "body_on_get",
        "The document gives a body to a method that usually has none; servers may ignore it.",
    ),
    (
        "body_twice",
        "The document declares two bodies for one operation; the first one counts.",
    ),
    (
        "body_without_content",
        "The body does not say what it is made of; it is left out where it may be, otherwise the operation is off.",
    ),
    (
        "body_without_schema",
        "The document does not say what the body looks like; agents may send anything.",
    ),
    (
        "callbacks_left_out",
        "The API would call somebody back; callbacks are no tools and are left out.",
    ),
    (
        "collection_format_inner",
        "A list inside a list is written in a way that cannot be kept; the outer one counts.",
    ),
    (
        "collection_format_lost",
        "A list is to be written in a way that this place does not have; the usual one is used.",
    ),
    (
        "cookie_exploded",
        "A cookie should hold several values between commas, which may not stand there; each value is a cookie of its own.",
    ),
    (
        "credential_out_of_reach",
        "No one stored credential lets the operation in: it asks for several at once, or for what cannot be sent; the operation is off.",
    ),
    (
        "description_cut",
        "The description is longer than what agents are shown; its end is cut off.",
    ),
    (
        "discriminator_left_out",
        "A discriminator only helps programs to choose among alternatives; one of the alternatives has to fit.",
    ),
    (
        "dynamic_reference_ignored",
        "What a dynamic reference means depends on who refers to it; the schema it stands in counts, or any value is accepted there.",
    ),
    (
        "enum_of_another_type",
        "Values that may be chosen are written as another type than the schema says; they are read as the type says, or not checked where that is lost.",
    ),
    (
        "enum_repeats",
        "A list of choices names one twice; it is kept once.",
    ),
    (
        "file_unreadable",
        "A file of the bundle cannot be read; what refers to it is lost.",
    ),
    (
        "flag_expected",
        "Something that can only be true or false is neither; the text true counts as true, anything else as false.",
    ),
    (
        "folders_too_deep",
        "Folders of the collection lie deeper than is read; what is below is left out.",
    ),
    (
        "form_not_an_object",
        "A form's schema is no object with fields; the operation is off.",
    ),
    (
        "header_reserved",
        "Headers that only the gateway may set are not offered to agents; an operation that cannot do without one that it does not set is off.",
    ),
    (
        "item_schema_left_out",
        "The document describes each item of a stream; agents are told the names of its fields, and no schema.",
    ),
    (
        "item_without_request",
        "An entry of the collection has no request; it is left out.",
    ),
    (
        "links_left_out",
        "Answers name what can be called next; agents are not told, and a change of it is not compared.",
    ),
    (
        "media_left_out",
        "The method can also carry the content of a file, by another way that is not imported.",
    ),
    (
        "media_type_guessed",
        "A media type is written as a word that is none; it is read as the one that is meant.",
    ),
    (
        "member_reserved",
        "The document uses a member whose name is kept for bundles; it is left out.",
    ),
    (
        "method_ambiguous",
        "A method differs from a common one only by its case, so nobody could tell the two apart; it is left out.",
    ),
    (
        "method_has_a_field",
        "A method stands among the additional ones although it has a field of its own; it is read as if it stood there.",
    ),
    (
        "method_invalid",
        "What should be the name of a method is none that could be sent; it is left out.",
    ),
    (
        "method_never_sent",
        "No request may have this method, because it echoes credentials or makes another connection; the operation is listed, and off.",
    ),
    (
        "method_not_imported",
        "HEAD and OPTIONS are no tools; the operation is listed, and off.",
    ),
    (
        "method_override_left_out",
        "A parameter would turn the request into one of another method; agents cannot give it.",
    ),
    (
        "method_without_path",
        "A method of the document has no path; it is left out.",
    ),
    (
        "more_diagnostics",
        "There were more of these than are kept.",
    ),
    (
        "name_cut",
        "The name is longer than a tool's may be; its first and its last words are kept, and a few letters made of method and path.",
    ),
    (
        "name_from_path",
        "The document gives no usable name; the tool's name was made of method and path.",
    ),
    (
        "name_shared",
        "Names of several operations are the same or look alike; each of them ends in letters made of its method and path.",
    ),
    ("no_operations", "The document has no operation at all."),
    (
        "number_is_a_text",
        "A number is written as a text; it is read as the number that it is.",
    ),
    (
        "operation_empty",
        "A method stands in the document with nothing in it.",
    ),
    (
        "operation_not_an_object",
        "An operation is not written as one; it is listed, and off.",
    ),
    (
        "operation_twice",
        "The same method and path stand in the document twice; the first one counts.",
    ),
    (
        "output_schema_left_out",
        "What the answer looks like could not be used; answers are passed on as they come.",
    ),
    (
        "own_servers_unusable",
        "The operation lives at servers of its own, none of which can be used; it is off.",
    ),
    (
        "parameter_fixed_by_path",
        "The path itself already gives this part of the query; agents cannot give it again.",
    ),
    (
        "parameter_is_credential",
        "An argument that carries a credential is not offered to agents; the connection fills it in, or, where it cannot and has to, the operation is off.",
    ),
    (
        "parameter_media_unsupported",
        "A parameter is written in a media type that is not made yet; it is left out, or its operation is off.",
    ),
    (
        "parameter_name_invalid",
        "A parameter's name cannot stand in a request; it is left out, or the operation is off.",
    ),
    (
        "parameter_not_in_path",
        "A path parameter does not occur in the path; it is left out.",
    ),
    (
        "parameter_place_unknown",
        "A parameter is in a part of the request that is not known; where it is required, the operation is off.",
    ),
    (
        "parameter_twice",
        "One parameter is declared twice; the first declaration counts.",
    ),
    (
        "parameter_without_name",
        "A parameter has no name; it is left out, or its operation is off.",
    ),
    (
        "parameter_without_schema",
        "The document does not say what a parameter looks like; agents may send any text.",
    ),
    (
        "parameters_not_a_list",
        "The parameters are not written as a list; the operation is off.",
    ),
    (
        "part_headers_left_out",
        "A part of a form is to be sent with headers of its own, which are left out; where one is required, the operation is off.",
    ),
    (
        "path_ambiguous",
        "Two paths differ only in the names of their variables; both are imported.",
    ),
    (
        "path_at_two_hosts",
        "Saved requests at two hosts have the same method and path; the one at the collection's own address counts, or the first.",
    ),
    (
        "path_item_conflict",
        "A path says the same thing here and where it refers to; what stands here counts.",
    ),
    (
        "path_member_unknown",
        "A path has a member that means nothing; it is left out.",
    ),
    (
        "path_not_an_object",
        "A path is not written as an object; its operations are lost.",
    ),
    (
        "path_unusable",
        "The path could lead elsewhere than it says; the operation is off.",
    ),
    (
        "path_variable_not_required",
        "A path variable is declared as optional; it is required all the same.",
    ),
    (
        "path_variable_respelled",
        "A parameter and the variable of the path that it fills are spelled differently; the path's spelling counts.",
    ),
    (
        "path_variable_undeclared",
        "A path variable has no parameter; it is taken as a text.",
    ),
    (
        "path_variable_unmarked",
        "The path writes a variable in a way that nothing can be put into; the operation is off.",
    ),
    (
        "paths_not_an_object",
        "The list of paths is not written as an object; no operation could be read.",
    ),
    (
        "pattern_not_checked",
        "A pattern cannot be read, or no text could fit it, or it is too costly to check; any text is accepted there, and the API decides.",
    ),
    (
        "querystring_credential",
        "A field of the whole query carries a credential and cannot be left out; the operation is off.",
    ),
    (
        "querystring_media_chosen",
        "The whole query is offered in several media types, of which one may be; one of them was chosen.",
    ),
    (
        "querystring_media_unsupported",
        "A parameter is the whole query, in a media type that cannot be written there faithfully.",
    ),
    (
        "querystring_shared",
        "A parameter is the whole query, and others stand in it too, or the key does; how they are joined is not said, and the operation is off.",
    ),
    (
        "querystring_twice",
        "Two parameters are each the whole query; the operation is off.",
    ),
    (
        "querystring_without_content",
        "A parameter is the whole query, and nothing says how it is written.",
    ),
    (
        "read_only_left_out",
        "A property that only answers have is not offered to agents in requests.",
    ),
    (
        "reference_endless",
        "References go round in a circle with nothing in them; what depends on them is off.",
    ),
    (
        "reference_missing",
        "A reference leads to nothing; what depends on it is off.",
    ),
    (
        "reference_not_understood",
        "A reference is not a pointer into the document; what it stands for is not known.",
    ),
    (
        "reference_outside",
        "A reference leads out of the document; it is never followed, and what depends on it is off.",
    ),
    (
        "reference_siblings",
        "Members beside a reference, which this version of the format ignores, are left out.",
    ),
    (
        "request_without_address",
        "A saved request has no address; it is left out.",
    ),
    (
        "required_inside_left_out",
        "Some methods require properties that stand inside of others; agents are not told which.",
    ),
    (
        "resources_too_deep",
        "Resources lie deeper than is read; what is below is left out.",
    ),
    (
        "roots_left_out",
        "There are other API descriptions beside the one that was read, and it does not refer to them; nothing of them is imported.",
    ),
    (
        "saved_value_left_out",
        "A value that was saved with a request may be a secret and is not kept; agents give their own.",
    ),
    (
        "schema_does_not_compile",
        "The schema of the arguments cannot be checked; the operation is off.",
    ),
    (
        "schema_keyword_invalid",
        "A keyword of a schema has a value that it cannot have; it is left out.",
    ),
    (
        "schema_keyword_unknown",
        "A keyword of a schema is not known; it is left out.",
    ),
    (
        "schema_not_an_object",
        "A schema is not written as one; any value is accepted there.",
    ),
    (
        "schema_unusable",
        "The schema of the arguments is missing, endless or too large; the operation is off.",
    ),
    (
        "script_left_out",
        "A script runs before saved requests; what it would add to them, such as a signature, is not sent.",
    ),
    (
        "security_left_out",
        "A security requirement cannot be read; it is left out.",
    ),
    (
        "security_not_a_list",
        "The security requirements are not written as a list.",
    ),
    (
        "security_not_an_object",
        "A security requirement is not written as an object; it is left out.",
    ),
    (
        "security_scheme_deprecated",
        "The document asks not to let calls in this way any longer.",
    ),
    (
        "security_scheme_missing",
        "A security scheme is named and not described; say yourself which credential is sent.",
    ),
    (
        "security_scheme_unsupported",
        "A security scheme is of a kind that cannot be sent; another alternative or an own header is needed.",
    ),
    (
        "server_of_its_own",
        "The operation lives elsewhere than the rest of the API; it goes only where the address you set covers it.",
    ),
    (
        "server_relative",
        "The server's address is relative; set the address of the API yourself.",
    ),
    (
        "server_scheme_guessed",
        "A server's address begins with its host; it is taken for one of HTTPS.",
    ),
    (
        "server_unusable",
        "A server's address cannot be used; it is not offered.",
    ),
    (
        "server_variable_default",
        "The default of a server's variable is none of the values that it may have; the first of these is used.",
    ),
    (
        "server_variable_open",
        "A variable of a server's address has no value; set the address of the API yourself.",
    ),
    (
        "server_variable_unbounded",
        "A variable of a server's address may be anything; the address that you set is the only one used.",
    ),
    (
        "server_without_url",
        "A server has no address; it is not offered.",
    ),
    (
        "servers_left_out",
        "There are more servers than are offered.",
    ),
    (
        "servers_missing",
        "The document does not say where the API lives; set its address yourself.",
    ),
    (
        "servers_not_a_list",
        "The servers are not written as a list; set the address of the API yourself.",
    ),
    (
        "shared_parameters_left_out",
        "Parameters that every method of the API takes, as for the shape of answers, are not offered to agents.",
    ),
    (
        "style_unknown",
        "A way to write a value is not known; the usual one is used.",
    ),
    (
        "text_expected",
        "Something that should be text is none; it is left out.",
    ),
    (
        "text_hidden_characters",
        "A text hides characters; they are taken out, and a person reads it before the tool is turned on.",
    ),
    (
        "text_html",
        "A text has HTML; agents are shown the words without it.",
    ),
    (
        "text_images",
        "A text has images; agents are shown the words without them.",
    ),
    (
        "text_instructs",
        "A text tells a model what to do; a person reads it before the tool is turned on.",
    ),
    (
        "text_links",
        "A text has links; agents are shown the words without them.",
    ),
    ("title_missing", "The document has no title."),
    (
        "too_many_parameters",
        "The operation takes more parameters than anybody fills in; it is off.",
    ),
    (
        "type_guessed",
        "A type is written as a name that does not exist; it is read as the one that is meant.",
    ),
    (
        "version_is_a_number",
        "The version of the format is a number, not text; it is read as it is meant.",
    ),
    (
        "version_odd",
        "The version of the format is written unusually; it is read as it is meant.",
    ),
    (
        "webhooks_left_out",
        "Webhooks are calls by the API, not to it; they are left out.",
    ),
    (
        "without_words",
        "No word says what the operation does; its risk is judged by method and path alone.",
    ),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What a diagnostic is made with.
    const CALLS: [&str; 9] = [
        ".info(",
        ".warning(",
        ".error(",
        "refuse(",
        ".lose(",
        "code: ",
        "(_) => ",
        "(Severity::Info, ",
        "(Severity::Warning, ",
    ];

    /// The importer's source, but for this file and for what says changes, reasons and failures,
    /// which are told otherwise.
    fn source(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_told_otherwise = ["drift", "risk", "job", "meaning.rs"];
            if is_told_otherwise.iter().any(|not| path.ends_with(not)) {
                continue;
            }
            if path.is_dir() {
                source(&path, text);
            } else {
                let file = fs::read_to_string(&path).unwrap();
                text.push_str(file.split("#[cfg(test)]").next().unwrap_or_default());
            }
        }
    }

    /// The text that a piece of source begins with, if it can be a code.
    fn code(source: &str) -> Option<&str> {
        let code = source.trim_start().strip_prefix('"')?.split('"').next()?;
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (code.contains('_') && code.bytes().all(is_code)).then_some(code)
    }

    #[test]
    fn every_code_has_a_meaning_and_every_meaning_a_code() {
        let mut text = String::new();
        source(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut text,
        );
        let after = |call| text.split(call).skip(1).filter_map(code);
        let mut said: BTreeSet<&str> = CALLS.into_iter().flat_map(after).collect();
        said.remove("import_interrupted");
        let nameless: Vec<_> = said.iter().filter(|code| meaning(code).is_none()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
        let written: BTreeSet<&str> = text
            .match_indices('"')
            .filter_map(|(at, _)| code(&text[at..]))
            .collect();
        let idle = MEANINGS.iter().map(|(code, _)| *code);
        let idle: Vec<_> = idle.filter(|code| !written.contains(code)).collect();
        assert!(idle.is_empty(), "nobody says {idle:?}");
        assert!(said.len() > 60, "only {} codes were found", said.len());
        assert!(MEANINGS.is_sorted_by(|one, next| one.0 < next.0));
        println!("kinds of diagnostics with a meaning: {}", MEANINGS.len());
    }
}
