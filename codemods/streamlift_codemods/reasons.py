"""Why a site is left, or a string is no site: the public list, with what a person can do."""

from __future__ import annotations

from dataclasses import dataclass

from .reason_examples import EXAMPLES, Example


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        code: Its stable code.
        meaning: What the tool saw.
        by_hand: What a person can do about it.
    """

    code: str
    meaning: str
    by_hand: str

    @property
    def example(self) -> Example | None:
        """Code that is left for this reason, if a piece of code can show it."""
        return EXAMPLES.get(self.code)


TEXT = "write SSE.format_chunk(StreamingChunk.of(...)), the same text, if it is a frame of an event stream"
NOTHING = "nothing: it is no frame"

REASONS = {
    reason.code: reason
    for reason in (
        Reason("opaque-line", "A line of the frame starts with a value, so its field is known at run time only.",
               "write one expression for each form that the frame can have"),
        Reason("several-frames", "The text holds more than one frame, and no contract can write one of them.",
               "yield each frame by itself, if nothing relies on one message"),
        Reason("optional-text", "A part of the frame is there only sometimes, and is no whole line of it, or is its data.",
               "write one expression for each form that the frame can have"),
        Reason("split-frame", "The text is a part of a frame; the rest is sent elsewhere.",
               "join the parts into one expression, if nothing relies on the messages between"),
        Reason("lines-apart", "The lines of the frame are collected in a list that other code sees too, or with other code between.",
               "collect them in statements that stand together, or write one expression"),
        Reason("no-terminator", "The text has no line end after its last field, so no client dispatches it.",
               "join it with the text that ends the frame; without one, add the line ends"),
        Reason("comment-in-frame", "A comment line stands inside of a frame.", "send the comment before it, as a chunk of its own; that is one line end more"),
        Reason("repeated-field", "A field occurs more than once in the frame.",
               "of several event, id or retry lines write the last, which is all that clients use; join several data lines in one value"),
        Reason("mixed-blanks", "Some colons of the frame are followed by a blank and some are not.",
               "write a blank behind each colon, which clients drop"),
        Reason("unknown-field", "A line of the text has no field name that the standard knows.",
               "put what it says in the data, or take it out: clients pass the line over"),
        Reason(
            "comment-in-code",
            "A comment stands inside of the expression and would be lost.",
            "move the comment before the statement",
        ),
        Reason("leading-line-end", "The text starts with a line end.", "send it by itself, or drop it"),
        Reason(
            "source-text",
            "The text depends on the source itself, such as a traceback: an added import moves its line numbers.",
            "yield the chunk by hand, if nothing relies on the line numbers",
        ),
        Reason(
            "rewriting-failed",
            "The edits of the file do not fit together; it stays as it is.",
            "please report it with the file",
        ),
        Reason("no-data", "The frame has neither data nor a comment.",
               "give it data, without which clients dispatch no event, or send a comment"),
        Reason("percent-format", "The % template has a field, or one value, whose text cannot be told.", "use an f-string"),
        Reason("str-format", "The str.format template has a field whose text cannot be told.", "use an f-string"),
        Reason("str-join", "The joined lines are not all in one display.", "use an f-string"),
        Reason("newer-grammar", "The f-string cannot be read for certain: it is wrong, or says another text on other versions of Python.",
               "write the field in a plainer way"),
        Reason("text-and-bytes", "The expression adds text and bytes.", "fix the expression"),
        Reason("opaque-bytes", "The frame has bytes in it whose making cannot be seen.", "make the frame as text, and encode all of it"),
        Reason("other-codec", "The frame is encoded in another way than UTF-8 as it stands.",
               "encode all of it as UTF-8, which is what clients decode"),
        Reason("in-container", "The frame stands in a tuple, list or dict, which no boundary looks into.", TEXT),
        Reason("carrier-constant", "The frame is a module or class constant.", TEXT),
        Reason("carrier-list", "The frame is collected in a list that is also used in another way.", TEXT),
        Reason("carrier-queue", "The frame is put on a queue whose other end is not known.", TEXT),
        Reason("carrier-writer", "The frame is written to a response object or a socket.", TEXT),
        Reason("carrier-publish", "The frame is published to another process.", TEXT),
        Reason("carrier-argument", "The frame is handed to a function that may look into it.", TEXT),
        Reason("carrier-response", "The frame is the whole body of a response.", TEXT),
        Reason("carrier-accumulated", "The frame is added to other text.", TEXT),
        Reason("carrier-lambda", "The frame is made in a lambda.", TEXT),
        Reason("carrier-comprehension", "The frame is made in a comprehension.", TEXT),
        Reason("carrier-assignment", "The frame is assigned to more than one name, or to an attribute.", TEXT),
        Reason("carrier-expression", "The frame is a part of a larger expression.", TEXT),
        Reason("carrier-default", "The frame is a default value.", TEXT),
        *(
            Reason(f"carrier-{carrier}", f"The frame is also {use}, which needs text.", TEXT)
            for carrier, use in (("log", "logged"), ("comparison", "compared"), ("parsing", "searched or cut"),
                                 ("subscript", "used as a key"), ("statement", "left standing"),
                                 ("annotation", "an annotation"),
                                 ("documentation", "an example for people"))
        ),
        Reason("other-producer", "The run is limited to other producers (--producer).", "name its producer too"),
        Reason("not-selected", "The run is about other codes (--select, --ignore), or the site shares a variable or a helper with one of those.",
               "select its code too"),
        Reason("declined", "A person has said no to the site (--interactive), or to one that it shares a variable or a helper with.",
               "say yes to both"),
        Reason("ignored", "A comment says that the site is to be left alone, # streamlift: ignore, or it shares a variable or a helper with such a site.",
               "take the comment away"),
        Reason("in-baseline", "The baseline has the site, or the site shares a helper with one that it has.",
               "migrate with --ignore-baseline"),
        Reason("test-code", "The file is a test; its frames are expectations or fake upstreams.",
               "change the tests when the decorator goes"),
        Reason("not-a-stream", "The generator is a context manager, a fixture or a property.", NOTHING),
        Reason("double-framed", "The framework makes an event of what the generator yields, so clients get the frame as the data of another.",
               "yield the data only, if clients expect that: the bytes change"),
        Reason("route-generator", "The generator is the path operation itself; the framework decides what to make of it.",
               "return a response around an inner generator"),
        Reason("name-collision", "A name that the new code needs, such as StreamingChunk, means something else in this file.", "rename one of the two"),
        Reason("not-proved", "The new expression does not do the same in every case.", "write the chunk by hand if the values for which they differ cannot occur"),
        Reason("may-not-be-str", "The value may be something else than a str.", "make it a str"),
        Reason("quotes-in-field", "The f-string cannot be written again with its quotes.", "bind the value to a name first"),
        Reason("mixed-concatenation", "F-strings and sums are mixed in the text.", "use one f-string"),
        Reason("no-binding", "Phase 1: the chunk would need a part of the frame that cannot be bound to a name where it stands, and may not be made twice.",
               "bind that part to a name in a statement of its own, or let phase 2 rewrite the site at once"),
        Reason("outside-function", "Phase 1: the frame is made in no function, so there is no place where the stage could be asked for.",
               "nothing: phase 2 rewrites it"),
        Reason("reads-names", "Phase 1: the function looks at its variables by name, and would see those that phase 1 adds.",
               "nothing: phase 2 rewrites it"),
        Reason("edited-either", "The frame stands beside a chunk, in a form that phase 1 does not write.",
               "write `wire.either(<frame>, wire.on and <chunk>)` as phase 1 does, or take one of the two away"),
        Reason("not-a-number", "The constant JSON holds NaN or an infinity.",
               "yield it as float('nan'), or better as None: no browser can parse it"),
        Reason("public-helper", "The helper is public, so code outside of the project may rely on its text; and no call of it can take a chunk.",
               "set closed-world = true in [tool.streamlift] if there is no such code"),
        Reason("shared-helper", "Another file uses the helper, or a string names it; and no call of it can take a chunk.",
               "move it beside its only caller, or write the chunk where it is called"),
        Reason("method-helper", "The helper is a method of a public class, or of one with a foreign base, so code that nobody can see may override it with text, or call it for its text.",
               "set closed-world = true in [tool.streamlift] if there is no such code"),
        Reason("replaced-helper", "Something in the project puts another function in the helper's place, such as mock.patch or an assignment.",
               "let the tests replace the generator, or compare what it yields"),
        Reason("list-helper", "The helper is public and returns a list of frames.", "make it a generator, or write the chunks where they are yielded"),
        Reason("stack-helper", "The helper looks at the code that calls it, and would see our decorator there.", "take that out of the helper"),
        Reason("helper-escapes", "The helper is never called here, or is passed on as a value.",
               "call it where its frame is yielded"),
        Reason("helper-generator", "The helper is a generator itself.", "yield the frame, or return it from a plain function"),
        Reason("async-helper", "The helper is a coroutine function.", "make it a plain function"),
        Reason("decorated-helper", "The helper has a decorator whose effect is unknown.",
               "put the decorator on a function that makes the data only"),
        Reason("relay-text", "The relay does something with an item of the producer that has no equal for chunks, such as a search anywhere in its text.",
               "write the loop for chunks, around SSE.chunks(...); what has to be text is SSE.format_chunk(item)"),
        Reason("relay-facts", "What is asked of an item's text follows from the contract only where each item is one line of JSON, or the sentinel.",
               "ask the chunk, if the text is the same in every case"),
        Reason("public-relay", "The relay may be called from elsewhere, so it would need a decorator only to pass chunks on.",
               "nothing: it gets text, as before"),
        Reason("several-producers", "The call may be that of one of several producers, such as an override.",
               "put the contract around the call, SSE.stream(...), once all of them are migrated"),
        Reason("unread-contract", "The contract of the producer is no constant that can be read.",
               "give the decorator a constant: SSE = SSEFormatter(...)"),
        Reason("decorated-producer", "A decorator whose effect is unknown stands between the name and the generator.",
               "put the contract around the call by hand, if the decorator hands the items on as they are"),
        Reason("contract-out-of-reach", "The file cannot import the contract: the import might close a cycle, or a star import hide it.",
               "import the contract by hand, then put SSE.stream(...) around the call"),
        Reason("unknown-use", "What becomes of the call of the producer cannot be told.",
               "nothing: it gets text, as before"),
        Reason("no-chunks", "The producer goes on making text.", "see the sites of the producer"),
        Reason("unknown-source", "Where the text comes from cannot be told; it may be that of another service.",
               "nothing, if it is; else read chunks: SSE.chunks(...) around the source, and chunk.json()"),
        Reason("other-path", "The file is not among the paths that are named.", "name its path too"),
        Reason("public-producer", "The producer is public, so code outside of the project may call it for its text.",
               'set closed-world = true in [tool.streamlift] if there is no such code, public-producers = "keep" if the decorator is there to stay, or name the producer in signed-off'),
        Reason("kept-public", "The producer is public, and the project keeps the decorators of those (public-producers).", "nothing"),
        Reason("no-callers", "Nothing in the project calls the producer, so something that cannot be seen may.",
               "delete the producer, or take the decorator away, if nothing does"),
        Reason("several-definitions", "The name is bound more than once, so it is not certain which function is called.",
               "give each function its own name"),
        Reason("foreign-base", "A base class of the producer's class is not the project's, and may call the method for its text.",
               "take the decorator away if the base class does not call it"),
        Reason("named-by-string", "A string is the name of the producer, or something is put in its place: getattr, mock.patch, an assignment.",
               "take the decorator away if the string means something else, or if what it reaches takes chunks"),
        Reason("doubtful-load", "Something of the producer's name is used, and it cannot be told whether it is the producer.",
               "annotate the object, so that its class is known"),
        Reason("other-contract", "A boundary around a call has, or may have, another contract than the decorator.",
               "let both name the same constant"),
        Reason("passed-on", "The producer is handed on as a value, not called.", "hand on a function that calls it within SSE.stream(...)"),
        Reason("module-level", "The producer is called while the module is loaded.", "call it in a function"),
        Reason("in-f-string", "The producer is called within an f-string, where no edit is made.", "bind what it gives to a name first"),
        Reason("chunk-function", "The function may return something else than a chunk that it makes itself.",
               "let it return a chunk in any case; or write SSE.encoded(...) around the calls where it is one, and take the decorator away"),
        Reason("text-test", "The test does something else with the frames than to compare all of them with literal ones.",
               "leave it if it is about the text, which is the same; else let it look at the chunks, SSE.chunks(...)"),
        Reason("other-equality", "Some chunks are equal though their texts are not, or the other way round: 1 and True, another order of keys.",
               "compare chunks if the test is about data"),
        Reason("unread-chunks", "What the producer yields, or the contract, cannot be read, so it cannot be told which chunks are equal.",
               "compare chunks if the test is about data"),
        Reason("chunk-name-taken", "The file means something else by StreamingChunk.", "import it under another name, and compare chunks"),
        Reason("docstring", "The string is a docstring.", NOTHING),
        Reason("statement", "The string stands alone.", NOTHING),
        Reason("comparison", "The string is compared with another.", "see the relay that reads its own frames back"),
        Reason("parsing", "The string is searched for or cut at.", "see the relay that reads its own frames back"),
        Reason("log", "The string is logged.", NOTHING),
        Reason("documentation", "The string is an example or a description for people, such as OpenAPI's.", NOTHING),
        Reason("annotation", "The string is an annotation.", NOTHING),
        Reason("subscript", "The string is a key.", NOTHING),
        Reason("data-uri", "The string is a data: URI.", NOTHING),
        Reason("not-a-field", "The text does not start with a field of an event stream.", NOTHING),
        Reason("private-use-character", "The text holds characters of a private use area.", NOTHING),
        Reason("syntax-error", "The file cannot be parsed.", "fix the syntax, or run on a newer Python"),
        Reason("encoding", "The file is not in the encoding that it declares.", "save it as UTF-8"),
        Reason("not-lossless", "The file would not survive decoding and encoding.", "save it as UTF-8"),
        Reason("too-deep", "The file is nested too deeply.", "split the expression"),
        Reason("null-bytes", "The file holds null bytes.", "remove them"),
        Reason("tool-failure", "The tool itself failed on the file; it stays as it is.", "please report it with the file; --debug shows where"),
        Reason("unreadable", "The file cannot be read.", "check its permissions"),
    )
}  # fmt: skip
