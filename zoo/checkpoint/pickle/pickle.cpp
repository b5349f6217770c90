#include "zoo/checkpoint/pickle/pickle.h"

#include <bit>

#include "zoo/base/error.h"
#include "zoo/checkpoint/pickle/pickle_machine.h"
#include "zoo/checkpoint/pickle/pickle_text.h"

namespace zoo {
namespace {

constexpr int kNewestProtocol = 5;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::corrupt, {}, what);
}

// Takes a pickle apart into instructions and has the machine carry them out.
class Interpreter {
 public:
  // A memo entry takes two bytes at least, and a pickler numbers them one by one.
  Interpreter(ByteSpan bytes, PickleHost& host) : bytes_(bytes), machine_(host, bytes.size() / 2) {}

  Pickle run() {
    try {
      while (step()) {
      }
      return {machine_.finish(), machine_.take_globals(), at_};
    } catch (const Error& error) {
      throw Error(error.code(), "pickle byte " + std::to_string(instruction_), error.what());
    }
  }

 private:
  ByteSpan take(uint64_t count) {
    if (!fits(at_, count, bytes_.size())) {
      fail("wants " + std::to_string(count) + " bytes where " + std::to_string(bytes_.size() - at_) +
           " are left");
    }
    const ByteSpan taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  template <std::integral T>
  T number() {
    return load<T>(take(sizeof(T)), 0);
  }
  std::string_view text(uint64_t count) { return as_text(take(count)); }
  std::string_view line() {
    const std::string_view rest = as_text(bytes_.subspan(at_));
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("a line without an end");
    at_ += end + 1;
    return rest.substr(0, end);
  }
  uint64_t line_index() {
    const Value index = parse_integer(line());
    if (index.as_int() == nullptr || *index.as_int() < 0) fail("a bad memo index");
    return static_cast<uint64_t>(*index.as_int());
  }

  // Which class the number stands for is known only to the programs that registered it.
  void push_extension(uint32_t code) {
    machine_.push_global("copyreg", "extension(" + std::to_string(code) + ")");
  }

  bool step();
  bool push_number(char opcode);
  bool push_text(char opcode);
  bool use_memo(char opcode);
  bool make_container(char opcode);
  void require_no_contents(const Value& callee, const Value& arguments) const;
  bool make_object(char opcode);

  ByteSpan bytes_;
  PickleMachine machine_;
  size_t at_ = 0;
  size_t instruction_ = 0;
};

// Carries out one instruction; false after STOP. The names of the opcodes are those of pickletools.
bool Interpreter::step() {
  instruction_ = at_;
  const char opcode = std::to_integer<char>(take(1)[0]);
  switch (opcode) {
    case '.':  // STOP
      return false;
    case '(':  // MARK
      machine_.mark();
      return true;
    case '0':  // POP
      machine_.pop_value_or_mark();
      return true;
    case '1':  // POP_MARK
      machine_.pop_to_mark();
      return true;
    case '2':  // DUP
      machine_.push(machine_.top());
      return true;
    case '\x80':  // PROTO
      if (const auto protocol = number<uint8_t>(); protocol > kNewestProtocol) {
        throw Error(ErrorCode::unsupported, {}, "pickle protocol " + std::to_string(protocol));
      }
      return true;
    case '\x95':  // FRAME: only tells a reader how much to buffer
      number<uint64_t>();
      return true;
    default:
      if (push_number(opcode) || push_text(opcode) || use_memo(opcode) || make_container(opcode) ||
          make_object(opcode)) {
        return true;
      }
      fail("unknown opcode " + std::to_string(static_cast<unsigned char>(opcode)));
  }
}

bool Interpreter::push_number(char opcode) {
  Value value;
  switch (opcode) {
    case 'N':  // NONE
      break;
    case '\x88':  // NEWTRUE
      value = true;
      break;
    case '\x89':  // NEWFALSE
      value = false;
      break;
    case 'J':  // BININT
      value = int64_t{number<int32_t>()};
      break;
    case 'K':  // BININT1
      value = int64_t{number<uint8_t>()};
      break;
    case 'M':  // BININT2
      value = int64_t{number<uint16_t>()};
      break;
    case '\x8a':  // LONG1
      value = parse_integer(take(number<uint8_t>()));
      break;
    case '\x8b':  // LONG4
      value = parse_integer(take(number<uint32_t>()));
      break;
    case 'L':  // LONG
      value = parse_integer(line());
      break;
    case 'I': {  // INT
      const std::string_view digits = line();
      value = digits == "00" ? Value(false) : digits == "01" ? Value(true) : parse_integer(digits);
      break;
    }
    case 'G':  // BINFLOAT: big-endian
      value = std::bit_cast<double>(__builtin_bswap64(number<uint64_t>()));
      break;
    case 'F':  // FLOAT
      value = parse_float(line());
      break;
    default:
      return false;
  }
  machine_.push(std::move(value));
  return true;
}

bool Interpreter::push_text(char opcode) {
  Value value;
  switch (opcode) {
    case 'U':     // SHORT_BINSTRING
    case '\x8c':  // SHORT_BINUNICODE
      value = text_value(text(number<uint8_t>()));
      break;
    case 'T':  // BINSTRING
    case 'X':  // BINUNICODE
      value = text_value(text(number<uint32_t>()));
      break;
    case '\x8d':  // BINUNICODE8
      value = text_value(text(number<uint64_t>()));
      break;
    case 'S':  // STRING
      value = text_value(parse_quoted(line()));
      break;
    case 'V':  // UNICODE
      value = text_value(parse_raw_unicode(line()));
      break;
    case 'C':  // SHORT_BINBYTES
      value = Bytes{std::string(text(number<uint8_t>()))};
      break;
    case 'B':  // BINBYTES
      value = Bytes{std::string(text(number<uint32_t>()))};
      break;
    case '\x8e':  // BINBYTES8
    case '\x96':  // BYTEARRAY8
      value = Bytes{std::string(text(number<uint64_t>()))};
      break;
    default:
      return false;
  }
  machine_.push(std::move(value));
  return true;
}

bool Interpreter::use_memo(char opcode) {
  switch (opcode) {
    case 'q':  // BINPUT
      machine_.put(number<uint8_t>());
      return true;
    case 'r':  // LONG_BINPUT
      machine_.put(number<uint32_t>());
      return true;
    case 'p':  // PUT
      machine_.put(line_index());
      return true;
    case '\x94':  // MEMOIZE
      machine_.memoize();
      return true;
    case 'h':  // BINGET
      machine_.get(number<uint8_t>());
      return true;
    case 'j':  // LONG_BINGET
      machine_.get(number<uint32_t>());
      return true;
    case 'g':  // GET
      machine_.get(line_index());
      return true;
    default:
      return false;
  }
}

bool Interpreter::make_container(char opcode) {
  switch (opcode) {
    case ')':  // EMPTY_TUPLE
      machine_.push_tuple(0);
      return true;
    case '\x85':  // TUPLE1
      machine_.push_tuple(1);
      return true;
    case '\x86':  // TUPLE2
      machine_.push_tuple(2);
      return true;
    case '\x87':  // TUPLE3
      machine_.push_tuple(3);
      return true;
    case 't':  // TUPLE
      machine_.push(Value::tuple(machine_.pop_to_mark()));
      return true;
    case ']':  // EMPTY_LIST
      machine_.push(Value::list({}));
      return true;
    case 'l':  // LIST
      machine_.push(Value::list(machine_.pop_to_mark()));
      return true;
    case 'a': {  // APPEND
      Value item = machine_.pop();
      machine_.append({std::move(item)});
      return true;
    }
    case 'e':     // APPENDS
    case '\x90':  // ADDITEMS
      machine_.append(machine_.pop_to_mark());
      return true;
    case '}':  // EMPTY_DICT
      machine_.push_dict({});
      return true;
    case 'd':  // DICT
      machine_.push_dict(machine_.pop_to_mark());
      return true;
    case 's': {  // SETITEM
      Value value = machine_.pop();
      Value key = machine_.pop();
      machine_.set_items({std::move(key), std::move(value)});
      return true;
    }
    case 'u':  // SETITEMS
      machine_.set_items(machine_.pop_to_mark());
      return true;
    case '\x8f':  // EMPTY_SET
      machine_.push_set();
      return true;
    case '\x91':  // FROZENSET
      machine_.push_frozen_set(machine_.pop_to_mark());
      return true;
    default:
      return false;
  }
}

// __new__ of Python's dicts ignores what it is given: a dict that is made so is empty.
void Interpreter::require_no_contents(const Value& callee, const Value& arguments) const {
  const Opaque* const type = callee.as_opaque();
  const Tuple* const items = arguments.as_tuple();
  const bool is_dict = type != nullptr && (type->class_name == "collections.OrderedDict" ||
                                           type->class_name == "collections.defaultdict");
  if (is_dict && items != nullptr && !items->items.empty())
    fail("makes a dict with contents that Python would leave out");
}

bool Interpreter::make_object(char opcode) {
  switch (opcode) {
    case 'c': {  // GLOBAL
      const std::string_view module = line();
      machine_.push_global(module, line());
      return true;
    }
    case '\x93': {  // STACK_GLOBAL
      const Value name = machine_.pop();
      const Value module = machine_.pop();
      if (name.as_string() == nullptr || module.as_string() == nullptr) fail("a bad class name");
      machine_.push_global(*module.as_string(), *name.as_string());
      return true;
    }
    case 'R': {  // REDUCE
      const Value arguments = machine_.pop();
      const Value callee = machine_.pop();
      machine_.call(callee, arguments);
      return true;
    }
    case '\x81': {  // NEWOBJ
      const Value arguments = machine_.pop();
      const Value callee = machine_.pop();
      require_no_contents(callee, arguments);
      machine_.call(callee, arguments);
      return true;
    }
    case '\x92': {  // NEWOBJ_EX
      const Value named = machine_.pop();
      const Value arguments = machine_.pop();
      const Value callee = machine_.pop();
      if (named.as_dict() == nullptr) fail("calls with keywords that are no dict");
      require_no_contents(callee, arguments);
      if (named.as_dict()->empty()) {
        machine_.call(callee, arguments);
      } else {
        machine_.call(callee, std::vector{arguments, named});
      }
      return true;
    }
    case 'o': {  // OBJ
      std::vector<Value> arguments = machine_.pop_to_mark();
      if (arguments.empty()) fail("makes an object without a class");
      const Value callee = std::move(arguments.front());
      arguments.erase(arguments.begin());
      machine_.call(callee, std::move(arguments));
      return true;
    }
    case 'i': {  // INST
      const std::string_view module = line();
      const std::string_view name = line();
      std::vector<Value> arguments = machine_.pop_to_mark();
      machine_.push_global(module, name);
      const Value callee = machine_.pop();
      machine_.call(callee, std::move(arguments));
      return true;
    }
    case 'b':  // BUILD
      machine_.build(machine_.pop());
      return true;
    case 'Q': {  // BINPERSID
      const Value id = machine_.pop();
      machine_.push_persistent(id);
      return true;
    }
    case 'P':  // PERSID
      machine_.push_persistent(text_value(line()));
      return true;
    case '\x82':  // EXT1
      push_extension(number<uint8_t>());
      return true;
    case '\x83':  // EXT2
      push_extension(number<uint16_t>());
      return true;
    case '\x84':  // EXT4
      push_extension(number<uint32_t>());
      return true;
    case '\x97':  // NEXT_BUFFER
    case '\x98':  // READONLY_BUFFER
      throw Error(ErrorCode::unsupported, {}, "an out-of-band buffer, which its writer kept elsewhere",
                  "Save it in Python with torch.save.");
    default:
      return false;
  }
}

}  // namespace

Value PickleHost::persistent(const Value&) {
  throw Error(ErrorCode::corrupt, {}, "refers to data outside the pickle");
}

std::optional<Value> PickleHost::call(const std::string&, const std::vector<Value>&) {
  return std::nullopt;
}

std::optional<Value> PickleHost::build(const Opaque&, const Value&) {
  return std::nullopt;
}

Pickle read_pickle(ByteSpan bytes, PickleHost& host) {
  return Interpreter(bytes, host).run();
}

}  // namespace zoo
